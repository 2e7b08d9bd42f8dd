package imports

// Kinds lists the kinds that are recognised.
func Kinds() []Kind { return kinds() }
