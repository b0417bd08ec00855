"""How long things are kept: each room says what of it grows old, an administrator says after how many days it goes."""
