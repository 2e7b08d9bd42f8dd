package imports

import (
	"bytes"
	"errors"
	"io"
	"io/fs"

	"headroom/scenarios/tree"
	"headroom/sim/regular"
)

// Piped is the name of what is piped into the program.
const Piped = "-"

// mostHead is how many bytes of a pipe are kept for [Source.Kind].
const mostHead = 4096

// Source is where imports read: files, and pipes, which give what they hold once.
type Source struct {
	Stdin io.Reader // what [Piped] names
	heads map[string]*bytes.Buffer
}

// Open implements [tree.Files]. A pipe that nobody writes to is empty.
func (s *Source) Open(path string) (io.ReadCloser, string) {
	if s.heads[path] != nil {
		return nil, "a pipe can be read once only"
	}
	if path == Piped {
		return s.pipe(path, io.NopCloser(s.Stdin)), ""
	}
	f, piped, err := regular.OpenStream(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, tree.NoFile
	case err != nil:
		return nil, err.Error()
	case piped:
		return s.pipe(path, f), ""
	}
	return f, ""
}

// Kind tells what a file is by how it begins, also a pipe that has been read.
func (s *Source) Kind(path string) (Kind, bool) {
	if head := s.heads[path]; head != nil {
		return Recognise(bytes.NewReader(head.Bytes()))
	}
	f, rule := s.Open(path)
	if rule != "" {
		return Kind{}, false
	}
	defer f.Close()
	return Recognise(f)
}

// pipe remembers how what it reads begins.
type pipe struct {
	io.ReadCloser
	head *bytes.Buffer
}

func (s *Source) pipe(path string, from io.ReadCloser) *pipe {
	if s.heads == nil {
		s.heads = map[string]*bytes.Buffer{}
	}
	p := &pipe{from, &bytes.Buffer{}}
	s.heads[path] = p.head
	return p
}

// Read implements [io.Reader].
func (p *pipe) Read(to []byte) (int, error) {
	n, err := p.ReadCloser.Read(to)
	if room := mostHead - p.head.Len(); room > 0 {
		p.head.Write(to[:min(n, room)])
	}
	return n, err
}
