"""Private addresses: the inbox as a feed, what waits and what is booked as a calendar, for programs that cannot sign in."""
