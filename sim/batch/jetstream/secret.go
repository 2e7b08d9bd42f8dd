package jetstream

import (
	"errors"
	"slices"
	"strings"
)

// scrubber takes credentials out of texts that others have written.
type scrubber struct{ secrets []string }

func newScrubber(secrets []string) scrubber {
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return s == "" })
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // what holds another goes first
	return scrubber{secrets}
}

func (s scrubber) clean(text string) string {
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}

// error returns an error that shows no credential, and is still what it was.
func (s scrubber) error(err error) error {
	if err == nil || s.clean(err.Error()) == err.Error() {
		return err
	}
	return &scrubbed{text: s.clean(err.Error()), err: err}
}

// scrubbed is an error whose text was cleaned.
type scrubbed struct {
	text string
	err  error
}

func (s *scrubbed) Error() string { return s.text }

// Is lets callers recognise the error without getting hold of its text.
func (s *scrubbed) Is(target error) bool { return errors.Is(s.err, target) }
