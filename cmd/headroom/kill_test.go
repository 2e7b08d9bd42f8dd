package main

import (
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"headroom/results/folder"
	"headroom/results/folder/faulty"
)

// fewKills are enough each time; `make kill N=200` makes more.
const fewKills = 10

var kills = flag.Int("kills", fewKills, "how often to kill commands that write")

// killAt is the environment variable that says at which operation of the disk the
// program is killed.
const killAt = "HEADROOM_TEST_KILL_AT"

// killed is the program on a disk on which it is killed.
func killed() {
	at, err := strconv.Atoi(os.Getenv(killAt))
	if err != nil {
		panic("headroom: " + err.Error())
	}
	disk = faulty.New(folder.Real(), func(o faulty.Operation) faulty.Verdict {
		if o.Number == at {
			if self, err := os.FindProcess(os.Getpid()); err == nil {
				_ = self.Kill() // or else the test finds it alive
			}
			select {}
		}
		return faulty.Verdict{}
	})
	main()
}

// Killed at any operation of the disk or at any moment, a command that writes leaves
// whole files, and the next one in the same folder does all as if nothing had been.
func TestKilledCommandsLoseNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(*kills), 7))
	if *kills > fewKills {
		random = rand.New(rand.NewPCG(rand.Uint64(), 7))
	}
	died, lived := 0, 0
	type known struct{ earlier, later edition }
	editions := map[string]known{}
	for round := 0; died < *kills; round++ {
		w := writers()[round%len(writers())]
		e, is := editions[w.name]
		if !is {
			e = known{w.edition(t, "1"), w.edition(t, "2")}
			editions[w.name] = e
		}
		dir := tinyDir(t)
		if w.name != "sweep" && w.name != "init" && random.IntN(2) == 0 { // an earlier sweep has another manifest
			says(t, dir, sound(), w.seeded("1"))
		}
		code, how := w.murdered(t, random, dir, e.later.count)
		if code == -1 {
			died++
		} else if lived++; code != 0 || lived > 20+*kills {
			t.Fatalf("%s, %s: exit code %d, %d died of %d", w.name, how, code, died, died+lived)
		}
		for _, fault := range append(w.halves(t, dir, e.earlier, e.later), w.unusable(t, dir, e.later)...) {
			t.Errorf("%s, %s: %s", w.name, how, fault)
		}
	}
	t.Logf("%d kills, %d commands were faster", died, lived)
}

// murdered runs a command and kills it, at an operation of the disk or at a moment. The
// exit code is -1 if it was killed before it ended.
func (w writer) murdered(t *testing.T, random *rand.Rand, dir string, operations int) (code int, how string) {
	t.Helper()
	program, at := "headroom", ""
	life := time.Duration(random.IntN(250)) * time.Millisecond
	how = "killed after " + life.String()
	if random.IntN(2) == 0 {
		program, at, life = "headroom-killed", strconv.Itoa(1+random.IntN(operations)), time.Minute
		how = "killed at operation " + at
	}
	command := exec.Command(program, w.seeded("2")...)
	command.Dir, command.Env = dir, append(os.Environ(), killAt+"="+at)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	end := time.AfterFunc(life, func() { _ = command.Process.Kill() }) // it may have ended
	_ = command.Wait()                                                 // the exit code says more
	end.Stop()
	return command.ProcessState.ExitCode(), how
}
