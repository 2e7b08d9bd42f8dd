package jetstream

import (
	"crypto/hmac"
	"crypto/sha256"
)

// sealLength is how many bytes of a sealed text are its seal.
const sealLength = 16

// seal signs a text with the key of a job: what is signed for another job, or for
// another purpose, does not pass.
func (j *Job) seal(purpose string, text []byte) []byte {
	b := make([]byte, sealLength, sealLength+len(text))
	copy(b, j.signature(purpose, text))
	return append(b, text...)
}

// unseal returns the text that was signed, false if it was not.
func (j *Job) unseal(purpose string, b []byte) ([]byte, bool) {
	if len(b) < sealLength {
		return nil, false
	}
	text := b[sealLength:]
	return text, hmac.Equal(b[:sealLength], j.signature(purpose, text)[:sealLength])
}

func (j *Job) signature(purpose string, text []byte) []byte {
	h := hmac.New(sha256.New, j.Key)
	for _, part := range []string{j.ID, purpose} {
		h.Write([]byte(part))
		h.Write([]byte{0}) // in no identity, and in no purpose
	}
	h.Write(text)
	return h.Sum(nil)
}

// What a seal is for.
const (
	forAnswer = "answer "
	forAside  = "aside"
)

// sealAnswer signs what a worker says of the task with a sum.
func (j *Job) sealAnswer(sum string, f *frame) []byte { return j.seal(forAnswer+sum, f.encode()) }
