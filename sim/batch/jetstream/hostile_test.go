package jetstream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// stranger is a connection of somebody who has the token, and means no good.
func stranger(t *testing.T, c *Cluster) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(c.Address(), nats.Token(c.options.Token))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// forged are messages in place of the answer to a task.
func forged(t *testing.T, j, other Job, i int) *nats.Msg {
	t.Helper()
	name := sum(task(i))
	m := nats.NewMsg(answerSubject(j.ID, name) + ".0")
	m.Header.Set(partsHeader, "1")
	good := frame{worker: "w", task: task(i), answer: square(task(i))[:32]}
	bad := frame{worker: "evil", task: task(i), answer: []byte("wrong")}
	stray := frame{worker: "evil", task: task(i + 1), answer: square(task(i + 1))[:32]}
	switch i % 8 {
	case 0:
		m.Data = []byte("nonsense")
	case 1:
		m.Data = good.encode() // not signed
	case 2:
		m.Data = other.sealAnswer(name, &good) // for another job
	case 3:
		m.Data = j.sealAnswer(sum(task(i+1)), &stray) // for another task
	case 4:
		m.Data = j.sealAnswer(name, &stray) // of another task
	case 5:
		m.Data = j.sealAnswer(name, &bad)
	case 6:
		m.Header.Set(partsHeader, "1000000000")
	case 7:
		m.Header.Del(partsHeader)
	}
	return m
}

// Answers that are wrong, late, not asked for, for another task or job, or without
// end, are asked for again, and the job is done with the right ones.
func TestForgedAnswersAreAskedForAgain(t *testing.T) {
	t.Parallel()
	var log logged
	c := open(t, Options{Listen: "127.0.0.1:0", Log: log.add})
	conn := stranger(t, c)
	s := newNumbers(48)
	j := job("a")
	// What was there before the coordinator came.
	d := &coordinator{c: c, job: j}
	d.job.Beat = time.Second
	if _, _, err := d.streams(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 24 {
		if err := conn.PublishMsg(forged(t, j, job("b"), i)); err != nil {
			t.Fatal(err)
		}
	}
	part := nats.NewMsg(answerSubject("a", sum(task(28))) + ".1") // of a large one
	part.Data = []byte("a part of something else")
	task9 := nats.NewMsg(taskSubject("a", sum(task(9)))) // no task of that sum
	task9.Data = []byte("garbage")
	for _, m := range []*nats.Msg{part, task9} {
		if err := conn.PublishMsg(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Do(t.Context(), j, s) }()
	// What comes while it waits for answers.
	for ids, _ := c.offered(t.Context()); len(ids) == 0; ids, _ = c.offered(t.Context()) {
		time.Sleep(5 * time.Millisecond)
	}
	for i := 24; i < 60; i++ { // some are never asked for
		if err := conn.PublishMsg(forged(t, j, job("b"), i)); err != nil {
			t.Fatal(err)
		}
	}
	unasked := nats.NewMsg(answerSubject("a", sum(task(61))) + ".0") // signed and right
	unasked.Header.Set(partsHeader, "1")
	unasked.Data = j.sealAnswer(sum(task(61)), &frame{worker: "w", task: task(61), answer: square(task(61))})
	if err := errors.Join(conn.PublishMsg(unasked), conn.Flush()); err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	background(t, join(t, c), works(time.Millisecond, &n))
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	s.check(t)
	if text := log.text(); len(s.answers) != 48 || !strings.Contains(text, "not signed by a worker of this job") || !strings.Contains(text, "the worker evil is set aside after 3 bad answers") {
		t.Errorf("%d answers; the log says\n%s", len(s.answers), text)
	}
	gone(t, c)
}

// A worker that computes something else is set aside, and leaves with the reason.
func TestWorkerWithBadAnswersIsSetAside(t *testing.T) {
	t.Parallel()
	var log logged
	c := open(t, Options{Listen: "127.0.0.1:0", Log: log.add})
	s := newNumbers(40)
	ended := make(chan error, 1)
	go func() { ended <- c.Do(t.Context(), job("a"), s) }()
	o := WorkOptions{Program: "p1", Slots: 2, Open: func(context.Context, *Job) (Answerer, error) {
		return func(context.Context, []byte) ([]byte, error) { return []byte("wrong"), nil }, nil
	}}
	err := join(t, c).Work(t.Context(), o)
	refused := (*Refusal)(nil)
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "set this worker aside: its answers were wrong") {
		t.Errorf("the bad worker left with %v", err)
	}
	var n atomic.Int64
	background(t, join(t, c), works(0, &n))
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	s.check(t)
	if text := log.text(); !strings.Contains(text, "is set aside after 3 bad answers") || s.wrong < mostBad {
		t.Errorf("%d wrong answers; the log says\n%s", s.wrong, text)
	}
}

// Only the coordinator of a job sets a worker aside.
func TestForgedWordDoesNotSetAside(t *testing.T) {
	t.Parallel()
	c := open(t, Options{})
	j, other := job("a"), job("b")
	w := &worker{c: c, name: "me", jobs: map[string]*engagement{"a": {Job: j, end: func() {}}}}
	other.ID = "a" // but not its key
	for _, sealed := range [][]byte{nil, []byte("me"), other.seal(forAside, []byte("me")), j.seal(forAnswer, []byte("me")), j.seal(forAside, []byte("you"))} {
		if w.aside("a", sealed); w.jobs["a"].refused != "" {
			t.Errorf("%q sets it aside", sealed)
		}
	}
	if w.aside("a", j.seal(forAside, []byte("me"))); w.jobs["a"].refused == "" {
		t.Error("its coordinator does not set it aside")
	}
}

// Signs of life and offers that somebody makes up are bounded in number and size, and
// nothing of them does anything to a terminal.
func TestForgedSignsOfLifeAreBounded(t *testing.T) {
	c := open(t, Options{Listen: "127.0.0.1:0"})
	conn := stranger(t, c)
	if _, err := c.board(t.Context()); err != nil {
		t.Fatal(err)
	}
	escape := "\x1b[2J\u009b" + strings.Repeat("x", 3000)
	for id, o := range map[string]offer{
		"good":    {Job: Job{ID: "good", Title: escape, Host: "h\x07", Beat: time.Second}},
		"quick":   {Job: Job{ID: "quick", Beat: time.Nanosecond}},
		"other":   {Job: Job{ID: "another", Beat: time.Second}},
		"large":   {Job: Job{ID: "large", Beat: time.Second, Program: strings.Repeat("y", longestRecord)}},
		"\x1b[2J": {Job: Job{ID: "\x1b[2J", Beat: time.Second}},
	} {
		b := must(json.Marshal(o))
		if err := conn.Publish(recordSubject(id), b); err != nil {
			t.Fatal(err)
		}
	}
	const many = mostCalls + 2000
	s, err := conn.Subscribe(rollSubject, func(m *nats.Msg) {
		for i := range many {
			b := must(json.Marshal(call{Worker: &WorkerStatus{Host: escape, Process: i}}))
			if i%4 > 0 {
				b = [][]byte{nil, []byte(`{"worker":{"slots":-1}}`), []byte(`{"job":{"id":"good","done":7,"total":3}}`), bytes.Repeat([]byte("z"), longestCall+1)}[i%4]
			}
			_ = m.Respond(b)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Unsubscribe() //nolint:errcheck // the connection is closed next
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, err := c.Roster(t.Context())
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Workers) > mostCalls || r.Ignored < 1000 || after.HeapAlloc > before.HeapAlloc+100<<20 {
		t.Errorf("%d workers, %d ignored, %d bytes more", len(r.Workers), r.Ignored, after.HeapAlloc-before.HeapAlloc)
	}
	shown := fmt.Sprintf("%+v %+v", r.Jobs, r.Workers[:min(1, len(r.Workers))])
	if strings.ContainsFunc(shown, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) || len(shown) > 5000 {
		t.Errorf("shows %q", shown)
	}
	known := 0
	for _, j := range r.Jobs {
		if !j.Begun.IsZero() || j.Title != "of another program" {
			known++
		}
	}
	if len(r.Jobs) != 4 || known != 1 {
		t.Errorf("%d offers, %d of them good: %+v", len(r.Jobs), known, r.Jobs)
	}
}

func TestTokenFilesAreForOneUser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for want, path := range map[string]string{
		"is open to every user of this machine (mode 0644): chmod 600 makes it yours alone": file("open", "t", 0o644),
		"is open to every user of this machine (mode 0602)":                                 file("writable", "t", 0o602),
		"must be at most 256 KiB":              file("huge", strings.Repeat("t", largestSecret+1), 0o600),
		"a token has at most 1024 letters":     file("long", strings.Repeat("t", longestToken+1), 0o600),
		"a token is one word":                  file("words", "two words\n", 0o600),
		"is empty":                             file("empty", " \n", 0o600),
		"is a directory":                       dir,
		"must be a regular file, not a device": os.DevNull,
		"no such file":                         filepath.Join(dir, "none"),
	} {
		_, err := Open(t.Context(), Options{Listen: "127.0.0.1:0", TokenFile: path})
		if fault := (*Fault)(nil); !errors.As(err, &fault) || fault.Option != "token" || !strings.Contains(fault.Rule, path+": ") || !strings.Contains(fault.Rule, want) {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
	o := Options{Listen: "127.0.0.1:0", TokenFile: file("group", "token\n", 0o640)}
	if err := o.check(); err != nil || o.Token != "token" || len(o.warnings) != 1 || !strings.Contains(o.warnings[0], "is open to its group (mode 0640)") {
		t.Errorf("%v, %q", err, o.warnings)
	}
}

func TestTokensAreMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	token := must(KeepToken(path))
	if info := must(os.Stat(path)); info.Mode().Perm() != 0o600 || len(token) < 25 || token[0] != 't' {
		t.Errorf("%q in a file of mode %v", token, info.Mode())
	}
	if again := must(KeepToken(path)); again != token || NewToken() == token {
		t.Errorf("%q became %q", token, again)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := KeepToken(path); err == nil {
		t.Error("keeps a token that everybody can read")
	}
}

func TestTokensInTheClearAreWarnedOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    Options
		warn bool
	}{
		{Options{URL: "nats://192.0.2.1:4222", Token: "t"}, true},
		{Options{URL: "192.0.2.1", Token: "t"}, true},
		{Options{URL: "nats://127.0.0.1:1,ws://192.0.2.1", Token: "t"}, true},
		{Options{URL: "nats://t@192.0.2.1:4222"}, true},
		{Options{URL: "nats://192.0.2.1:4222"}, false},
		{Options{URL: "tls://192.0.2.1:4222", Token: "t"}, false},
		{Options{URL: "wss://192.0.2.1:4222", Token: "t"}, false},
		{Options{URL: "nats://192.0.2.1:4222", Token: "t", CA: "ca.pem"}, false},
		{Options{URL: "nats://127.0.0.1:4222", Token: "t"}, false},
		{Options{URL: "nats://[::1]:4222", Token: "t"}, false},
	} {
		if err := c.o.check(); err != nil || (len(c.o.warnings) > 0) != c.warn {
			t.Errorf("%+v: %v, warnings %q", c.o, err, c.o.warnings)
		}
	}
}
