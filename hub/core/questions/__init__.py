"""Questions and answers: asked of the seeker without a name, answered to all."""
