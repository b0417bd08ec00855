"""Who read what others keep from the public: each look and each marked copy, for its author to see."""
