//go:build !(linux || darwin)

package memory

// ask returns what this process may take. Nobody tells on this system.
func ask() int64 { return assumed }
