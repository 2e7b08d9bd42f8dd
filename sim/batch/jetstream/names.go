package jetstream

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what others say of themselves.
const (
	longestName   = 100   // letters
	longestRecord = 16384 // bytes of an offer
	longestCall   = 4096  // bytes of an answer to a roll call
	mostCalls     = 10_000
	mostJobs      = 1000
)

// tame returns a name that somebody else has given, for people: at most longestName
// letters, and with what does something to a terminal as its escape. A tamed name is
// tame: to tame it again changes nothing.
func tame(name string) string {
	if utf8.RuneCountInString(name) <= longestName && strings.IndexFunc(name, odd) < 0 {
		return name
	}
	var b strings.Builder
	letters, room := 0, 0 // room is where the last letter before a "…" ends
	for _, r := range name {
		letter := string(r)
		if odd(r) {
			letter = strings.Trim(strconv.QuoteRuneToASCII(r), "'")
		}
		if letters += utf8.RuneCountInString(letter); letters > longestName {
			return b.String()[:room] + "…"
		}
		b.WriteString(letter)
		if letters < longestName {
			room = b.Len()
		}
	}
	return b.String()
}

func odd(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }

// tame cuts and escapes what is for people. It is false of a job that cannot be.
func (j *Job) tame() bool {
	j.Title, j.Host, j.Program = tame(j.Title), tame(j.Host), tame(j.Program)
	return CheckID(j.ID) == nil && j.Beat >= shortestBeat && j.Beat <= longestBeat
}

// tame cuts and escapes what is for people. It is false of a worker that cannot be.
func (w *WorkerStatus) tame() bool {
	w.Host, w.Program = tame(w.Host), tame(w.Program)
	return w.Process >= 0 && w.Slots >= 0 && w.Busy >= 0 && w.Tasks >= 0
}

func (j *calledJob) sound() bool {
	return CheckID(j.ID) == nil && j.Fails >= 0 && j.Done >= j.Fails && j.Total >= j.Done
}
