"""What the site charges per mode: basis points from a day on, shown before anybody agrees."""
