package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"headroom/results/sweep"
	"headroom/sim/batch/jetstream"
)

// serverDirectory is where a server in this process keeps what it has, in the folder of
// what it carries.
const serverDirectory = "nats"

// tokenFile is where the token of such a server is, beside that, for the workers of this
// user.
const tokenFile = "nats.token"

// distributed reports whether others may compute.
func (f *clusterFlags) distributed() bool { return f.server != "" || f.listen != "" }

// join reaches or starts the server that carries the work of a command, if one does: in
// a directory below that of its files.
func (f *clusterFlags) join(ctx context.Context, name, dir string, log func(string)) (*jetstream.Cluster, error) {
	if !f.distributed() {
		return nil, nil
	}
	f.shown()
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	o.Name, o.Log = name, log
	if f.listen == "" {
		return openCluster(ctx, o)
	}
	f.dir = dir
	o.Dir = filepath.Join(dir, serverDirectory)
	token := ""
	if f.made = o.Token == "" && o.TokenFile == ""; f.made {
		if o.TokenFile, err = filepath.Abs(filepath.Join(dir, tokenFile)); err != nil {
			return nil, err
		}
		if token, err = jetstream.KeepToken(o.TokenFile); err != nil {
			return nil, badInput(fmt.Errorf("--listen: %w", err))
		}
	}
	cluster, err := openCluster(ctx, o)
	if err != nil {
		return nil, err
	}
	join := "workers join with: headroom worker --nats " + cluster.Address()
	if o.TokenFile != "" {
		join += " --nats-token-file " + o.TokenFile
	}
	log(join)
	if token != "" {
		log("workers that cannot read that file: " + tokenVariable + "=" + token)
	}
	return cluster, nil
}

// leave hangs up, and removes what a server in this process has kept: work that ends in
// peace has everything in its own files.
func (f *clusterFlags) leave(c *jetstream.Cluster) {
	if err := c.Close(); err != nil {
		complain(err.Error())
	}
	f.forget()
}

// forget removes what a server in this process has kept, and the token that was made for
// it. Killed, they stay, and so do the workers.
func (f *clusterFlags) forget() {
	if f.dir == "" {
		return
	}
	_ = os.RemoveAll(filepath.Join(f.dir, serverDirectory)) // what cannot be removed stays, and does no harm
	if f.made {
		_ = os.Remove(filepath.Join(f.dir, tokenFile))
	}
}

// carry has a job computed by the workers of a cluster, this process among them with so
// many tasks at a time, and returns the error of [jetstream.Cluster.Do].
func carry(ctx context.Context, cluster *jetstream.Cluster, w *carried, source jetstream.Source) error {
	working, leave := context.WithCancel(ctx)
	var here sync.WaitGroup
	if w.slots > 0 {
		here.Go(func() {
			err := cluster.Work(working, jetstream.WorkOptions{
				Program: w.job.Program, Slots: w.slots, Job: w.job.ID,
				Open: func(context.Context, *jetstream.Job) (jetstream.Answerer, error) { return w.answer, nil },
			})
			if err != nil && working.Err() == nil {
				w.say("nothing is computed here any more: " + err.Error())
			}
		})
	}
	err := cluster.Do(ctx, w.job, source)
	leave()
	here.Wait()
	return err
}

// carried is work for a cluster.
type carried struct {
	job    jetstream.Job
	answer jetstream.Answerer
	slots  int // tasks that this process computes at a time
	say    func(string)
}

// slotsOf is how many tasks this process computes at a time.
func slotsOf(workers int, given bool) int {
	if workers == 0 && !given {
		return runtime.GOMAXPROCS(0)
	}
	return workers
}

// distribute has the sweep computed by the workers of a cluster, this process
// among them.
func (f *sweepFlags) distribute(ctx context.Context, s *sweepJob, o sweep.Options) error {
	cluster := s.cluster
	defer f.cluster.leave(cluster)
	job, err := s.offer()
	if err != nil {
		return err
	}
	d := sweep.NewDispatch(s.plan, s.journal, o)
	err = carry(ctx, cluster, &carried{job, s.plan.Answer, slotsOf(f.workers, f.workersSet), s.show.say}, d)
	if ended := d.End(err); ended != nil {
		return ended
	}
	return nil // all points are done, whatever the server says at the end
}

// offer makes a job of a sweep. It is the same job as long as it has the same
// journal: one whose coordinator was killed goes on.
func (s *sweepJob) offer() (jetstream.Job, error) {
	payload, err := s.e.Pack()
	if err != nil {
		return jetstream.Job{}, err
	}
	return jetstream.Job{
		ID: s.manifest.Sum()[:planDigits] + "-" + strings.ToLower(s.journal.Identity())[:8], Title: s.e.Name,
		Program: s.manifest[programPart], Payload: payload, Key: answerKey(s.journal),
	}, nil
}

// answerKey is what the answers to the tasks of a journal are signed with.
func answerKey(j *sweep.Journal) []byte { return keyOf(j.Identity()) }

// keyOf makes a key of an identity that nobody else knows.
func keyOf(identity string) []byte {
	sum := sha256.Sum256([]byte("answers for " + identity))
	return sum[:]
}

// planDigits is how much of the sum of a manifest names a job.
const planDigits = 16

// begun reports whether a journal is there already.
func (f *sweepFlags) begun() bool {
	_, err := os.Stat(filepath.Join(f.out, sweep.JournalName))
	return err == nil
}

// tellLoss says what of a journal cannot be used, and how much is computed again.
func tellLoss(dir string, job *sweepJob) error {
	lost := job.journal.Lost()
	if !lost.Any() {
		return nil
	}
	kept, points := 0, job.e.Sweep.Len()
	if err := eachOf(job.plan, job.journal, func(*sweep.Row) error { kept++; return nil }); err != nil {
		return err
	}
	todo := "nothing of them is missing"
	if missing := points - kept; missing > 0 {
		todo = fmt.Sprintf("%d of %d points are done, %d are computed", kept, points, missing)
	}
	complain(fmt.Sprintf("%s: %s; %s", filepath.Join(dir, sweep.JournalName), lost.String(), todo))
	return nil
}

// undo removes what a sweep has left in its folder that could not begin.
func (f *sweepFlags) undo() {
	if f.out == "" {
		return
	}
	_ = os.Remove(filepath.Join(f.out, sweep.JournalName)) // what cannot be removed stays, and does no harm
	f.cluster.forget()
}

// interrupts reports whether a sweep was stopped by somebody.
func interrupts(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, jetstream.ErrCancelled)
}

// interruptionOf says by whom.
func interruptionOf(ctx context.Context, err error) error {
	if errors.Is(err, jetstream.ErrCancelled) {
		return &failure{exitInterrupted, errors.New("cancelled by `headroom sweep cancel`; only what had finished is above")}
	}
	return halted(ctx, "only what had finished is above")
}
