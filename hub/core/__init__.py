"""What all modes share: people, organisations, files, agreements, money, messages."""
