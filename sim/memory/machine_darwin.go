package memory

import "syscall"

// ask returns what this process may take: the memory of the machine.
func ask() int64 {
	text, err := syscall.Sysctl("hw.memsize") // eight bytes, the last zero cut off
	if err != nil {
		return assumed
	}
	size := int64(0)
	for i := len(text) - 1; i >= 0; i-- {
		size = size<<8 | int64(text[i])
	}
	if size <= 0 {
		return assumed
	}
	return size
}
