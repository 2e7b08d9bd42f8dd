package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The names on a server. A job's identity is a token of a subject.
const (
	boardStream   = "headroom-jobs" // offers: a record and a payload of each job
	boardSubjects = "headroom.jobs.>"
	consumerName  = "workers" // of every stream of tasks
)

func recordSubject(id string) string  { return "headroom.jobs." + id + ".record" }
func payloadSubject(id string) string { return "headroom.jobs." + id + ".payload" }
func taskStream(id string) string     { return "headroom-tasks-" + id }
func answerStream(id string) string   { return "headroom-answers-" + id }
func taskSubject(id, sum string) string {
	return "headroom.task." + id + "." + sum
}
func answerSubject(id, sum string) string {
	return "headroom.answer." + id + "." + sum
}

// Job is what a coordinator offers.
type Job struct {
	ID      string `json:"id"`      // letters, digits and hyphens; the same for the same work
	Title   string `json:"title"`   // for people
	Program string `json:"program"` // that offers it, and alone may compute it
	Payload []byte `json:"-"`       // from which that program knows what to do
	// Key signs the answers: the same for the same ID, and known to nobody who does
	// not see the offer. It is no part of what people are shown.
	Key []byte `json:"-"`

	// Host and Process are where it was offered, Begun is when. [Cluster.Do] sets them.
	Host    string    `json:"host"`
	Process int       `json:"process"`
	Begun   time.Time `json:"begun"`

	Beat time.Duration `json:"beat"` // between two signs of life
}

// offer is a job as it stands on the server.
type offer struct {
	Job
	Key []byte `json:"key"`
}

// A beat that is offered lies between these.
const (
	shortestBeat = time.Millisecond
	longestBeat  = 24 * time.Hour
)

// longestID bounds an identity.
const longestID = 100

// encode returns the record of a job.
func (j *Job) encode() ([]byte, error) { return json.Marshal(offer{*j, j.Key}) }

// CheckID reports an identity that is no token.
func CheckID(id string) error {
	if len(id) > longestID {
		return fmt.Errorf("must have at most %d letters, got %d", longestID, len(id))
	}
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return fmt.Errorf("must be letters, digits and hyphens, got %q", id)
		}
	}
	if id == "" {
		return errors.New("must not be empty")
	}
	return nil
}

// board makes sure that there is a place for offers.
func (c *Cluster) board(ctx context.Context) (jetstream.Stream, error) {
	return c.stream(ctx, jetstream.StreamConfig{
		Name: boardStream, Subjects: []string{boardSubjects}, MaxMsgsPerSubject: 1, AllowDirect: true,
		Description: "jobs that headroom offers to its workers",
	})
}

// stream returns a stream, which it makes if there is none.
func (c *Cluster) stream(ctx context.Context, config jetstream.StreamConfig) (jetstream.Stream, error) {
	config.Storage = jetstream.FileStorage
	s, err := c.js.Stream(ctx, config.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		s, err = c.js.CreateStream(ctx, config)
	}
	if err != nil {
		return nil, fmt.Errorf("making the stream %s: %w", config.Name, err)
	}
	return s, nil
}

// post offers a job: the record last, for it is what workers look for.
func (c *Cluster) post(ctx context.Context, job *Job) error {
	if _, err := c.board(ctx); err != nil {
		return err
	}
	record, err := job.encode()
	if err != nil {
		return err
	}
	if err := c.putBlob(ctx, payloadSubject(job.ID), job.Payload); err != nil {
		return fmt.Errorf("offering the job: %w", err)
	}
	if err := c.publish(ctx, &nats.Msg{Subject: recordSubject(job.ID), Data: record}); err != nil {
		return fmt.Errorf("offering the job: %w", err)
	}
	return nil
}

// offered lists the identities of all jobs, sorted. There is no board before the
// first job.
func (c *Cluster) offered(ctx context.Context) ([]string, error) {
	s, err := c.js.Stream(ctx, boardStream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(recordSubject("*")))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, subject := range sortedKeys(info.State.Subjects) {
		if id := strings.Split(subject, ".")[2]; CheckID(id) == nil {
			ids = append(ids, id) // no offer of ours has another
		}
	}
	return ids, nil
}

// errRecord is the error of an offer that is none.
var errRecord = errors.New("jetstream: an offer of another program")

// record reads the offer of a job, without its payload.
func (c *Cluster) record(ctx context.Context, id string) (Job, error) {
	s, err := c.js.Stream(ctx, boardStream)
	if err != nil {
		return Job{}, err
	}
	m, err := s.GetLastMsgForSubject(ctx, recordSubject(id))
	if err != nil {
		return Job{}, err
	}
	var o offer
	if len(m.Data) > longestRecord || json.Unmarshal(m.Data, &o) != nil || o.ID != id || !o.tame() {
		return Job{}, errRecord
	}
	o.Job.Key = o.Key
	return o.Job, nil
}

// payload reads the payload of a job.
func (c *Cluster) payload(ctx context.Context, id string) ([]byte, error) {
	s, err := c.js.Stream(ctx, boardStream)
	if err != nil {
		return nil, err
	}
	m, err := s.GetLastMsgForSubject(ctx, payloadSubject(id)+".0")
	if err != nil {
		return nil, fmt.Errorf("reading the payload of %s: %w", id, err)
	}
	return getBlob(ctx, s, payloadSubject(id), m.Header, m.Data)
}

// answered tells whether a task has its answer on the server.
func (c *Cluster) answered(ctx context.Context, id, sum string) bool {
	s, err := c.js.Stream(ctx, answerStream(id))
	if err != nil {
		return false
	}
	_, err = s.GetLastMsgForSubject(ctx, answerSubject(id, sum)+".0")
	return err == nil
}

// remove takes a job and all that it left off the server. What is not there is
// removed.
func (c *Cluster) remove(ctx context.Context, id string) error {
	s, err := c.js.Stream(ctx, boardStream)
	if err == nil {
		err = s.Purge(ctx, jetstream.WithPurgeSubject("headroom.jobs."+id+".>"))
	}
	all := []error{err, c.js.DeleteStream(ctx, taskStream(id)), c.js.DeleteStream(ctx, answerStream(id))}
	all = slices.DeleteFunc(all, func(err error) bool { return errors.Is(err, jetstream.ErrStreamNotFound) })
	return errors.Join(all...)
}
