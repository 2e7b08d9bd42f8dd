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

// distributed reports whether others may compute points of the sweep.
func (f *sweepFlags) distributed() bool { return f.cluster.server != "" || f.cluster.listen != "" }

// serverDirectory is where a server in this process keeps what it has, in the folder of
// the sweep.
const serverDirectory = "nats"

// tokenFile is where the token of such a server is, beside the journal, for the
// workers of this user.
const tokenFile = "nats.token"

// joinCluster reaches or starts the server that carries the sweep, if one does: in a
// directory below that of the sweep.
func (f *sweepFlags) joinCluster(ctx context.Context, dir string, log func(string)) (*jetstream.Cluster, error) {
	if !f.distributed() {
		return nil, nil
	}
	f.cluster.shown()
	o, err := f.cluster.options()
	if err != nil {
		return nil, err
	}
	o.Name, o.Log = "headroom sweep", log
	if f.cluster.listen != "" {
		o.Dir = filepath.Join(dir, serverDirectory)
	}
	if f.cluster.listen == "" {
		return openCluster(ctx, o)
	}
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

// distribute has the sweep computed by the workers of a cluster, this process
// among them.
func (f *sweepFlags) distribute(ctx context.Context, s *sweepJob, o sweep.Options) error {
	cluster := s.cluster
	defer f.leave(cluster)
	job, err := s.offer()
	if err != nil {
		return err
	}
	working, leave := context.WithCancel(ctx)
	var here sync.WaitGroup
	if slots := f.slots(); slots > 0 {
		here.Go(func() {
			err := cluster.Work(working, jetstream.WorkOptions{
				Program: job.Program, Slots: slots, Job: job.ID,
				Open: func(context.Context, *jetstream.Job) (jetstream.Answerer, error) { return s.plan.Answer, nil },
			})
			if err != nil && working.Err() == nil {
				s.show.say("nothing is computed here any more: " + err.Error())
			}
		})
	}
	d := sweep.NewDispatch(s.plan, s.journal, o)
	err = cluster.Do(ctx, job, d)
	leave()
	here.Wait()
	if ended := d.End(err); ended != nil {
		return ended
	}
	return nil // all points are done, whatever the server says at the end
}

// slots is how many tasks this process computes at a time.
func (f *sweepFlags) slots() int {
	if f.workers == 0 && !f.workersSet {
		return runtime.GOMAXPROCS(0)
	}
	return f.workers
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
func answerKey(j *sweep.Journal) []byte {
	sum := sha256.Sum256([]byte("answers for " + j.Identity()))
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
	kept, err := job.journal.Count(job.plan.Points, &job.plan.Rule)
	if err != nil {
		return err
	}
	todo := "nothing of them is missing"
	if missing := job.plan.Points - kept; missing > 0 {
		todo = fmt.Sprintf("%d of %d points are done, %d are computed", kept, job.plan.Points, missing)
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
	_ = os.RemoveAll(filepath.Join(f.out, serverDirectory))
	f.forgetToken()
}

// leave hangs up, and removes what a server in this process has kept: a sweep that
// ends in peace has everything in its journal.
func (f *sweepFlags) leave(c *jetstream.Cluster) {
	if err := c.Close(); err != nil {
		complain(err.Error())
	}
	if f.cluster.listen != "" && f.out != "" {
		_ = os.RemoveAll(filepath.Join(f.out, serverDirectory))
		f.forgetToken()
	}
}

// forgetToken removes the token that was made for this sweep. Killed, it stays, and so
// do the workers.
func (f *sweepFlags) forgetToken() {
	if f.made {
		_ = os.Remove(filepath.Join(f.out, tokenFile))
	}
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
