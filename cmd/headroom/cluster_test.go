package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is where programs are that the tests build.
var built = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "headroom-test-") })

// natsServer builds the nats-server of go.mod, the program that people run.
var natsServer = sync.OnceValues(func() (string, error) {
	dir, err := built()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "nats-server")
	out, err := exec.Command("go", "build", "-o", path, "github.com/nats-io/nats-server/v2").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building nats-server: %w\n%s", err, out)
	}
	return path, nil
})

// mortal is a program that may be killed and started again.
type mortal struct {
	name    string
	args    []string
	dir     string
	command *exec.Cmd
	said    bytes.Buffer // of the last life
	ended   chan error
}

func (p *mortal) start(t testing.TB) {
	t.Helper()
	p.command = exec.Command(p.name, p.args...)
	p.command.Dir = p.dir
	p.said.Reset()
	p.command.Stdout, p.command.Stderr = &p.said, &p.said
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	p.ended = make(chan error, 1)
	go func(c *exec.Cmd, ended chan error) { ended <- c.Wait() }(p.command, p.ended)
}

// kill ends it as kill -9 does.
func (p *mortal) kill() {
	_ = p.command.Process.Kill() // it may have ended
	<-p.ended
}

// signal asks it to end, and returns its exit code.
func (p *mortal) signal(t *testing.T, s os.Signal) int {
	t.Helper()
	if err := p.command.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	return p.wait(t)
}

// wait returns the exit code.
func (p *mortal) wait(t testing.TB) int {
	t.Helper()
	select {
	case err := <-p.ended:
		p.ended <- err
		ended := (*exec.ExitError)(nil)
		if err != nil && !errors.As(err, &ended) {
			t.Fatal(err)
		}
		return p.command.ProcessState.ExitCode()
	case <-time.After(5 * time.Minute): // a busy machine takes its time
		t.Fatalf("%s %v does not end:\n%s", p.name, p.args, p.said.String())
		return 0
	}
}

// serve starts a nats-server, which the test may kill and start again.
func serve(t testing.TB, args ...string) (*mortal, string) {
	t.Helper()
	path, err := natsServer()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") // for a port that is free
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, port, _ := net.SplitHostPort(address)
	server := &mortal{name: path, dir: t.TempDir(), args: append([]string{"-a", "127.0.0.1", "-p", port, "-js", "-sd", "store"}, args...)}
	server.start(t)
	t.Cleanup(server.kill)
	return server, "nats://" + address
}

// hire starts a worker, which is killed at the end of the test at the latest.
func hire(t testing.TB, url string, args ...string) *mortal {
	t.Helper()
	worker := &mortal{name: "headroom", dir: t.TempDir(), args: append([]string{"worker", "--nats", url, "--workers", "1"}, args...)}
	worker.start(t)
	t.Cleanup(func() { worker.kill() })
	return worker
}

// coordinate is a sweep of swept.toml in a directory.
func coordinate(dir, out string, args ...string) *mortal {
	return &mortal{name: "headroom", dir: dir, args: append([]string{"sweep", "swept.toml", "--out", out, "--replication-rows"}, args...)}
}

// files are those that a sweep is for.
func files(t *testing.T, dir, out string) [3]string {
	t.Helper()
	var all [3]string
	for i, name := range []string{"sweep.csv", "replications.csv", "sweep.parquet"} {
		content, err := os.ReadFile(filepath.Join(dir, out, name))
		if err != nil {
			t.Fatal(err)
		}
		all[i] = string(content)
	}
	return all
}

// alone runs the sweep in one process.
func alone(t *testing.T, dir string, args ...string) [3]string {
	t.Helper()
	p := coordinate(dir, "alone", args...)
	p.start(t)
	if code := p.wait(t); code != 0 {
		t.Fatalf("exit code %d\n%s", code, p.said.String())
	}
	return files(t, dir, "alone")
}

func TestWorkersElsewhereGiveTheSameBytes(t *testing.T) {
	dir := sweptDir(t)
	want := alone(t, dir)
	_, url := serve(t)
	for _, workers := range []int{1, 7} {
		for range workers {
			hire(t, url)
		}
		out := fmt.Sprint("w", workers)
		p := coordinate(dir, out, "--nats", url, "--workers", "0")
		p.start(t)
		if code := p.wait(t); code != 0 || files(t, dir, out) != want {
			t.Errorf("%d workers more: exit code %d, the same files: %v\n%s", workers, code, code == 0 && files(t, dir, out) == want, p.said.String())
		}
	}
	embedded := coordinate(dir, "embedded", "--listen", "127.0.0.1:0")
	embedded.start(t)
	if code := embedded.wait(t); code != 0 || files(t, dir, "embedded") != want {
		t.Errorf("with a server of its own: exit code %d\n%s", code, embedded.said.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "embedded", serverDirectory)); err == nil {
		t.Error("the server has left its directory behind")
	}
}

// A search that others compute recommends the same, with the same numbers.
func TestSearchElsewhereFindsTheSame(t *testing.T) {
	file := choosableFile(t, asSearch)
	recommend := func(args ...string) string {
		t.Helper()
		p := &mortal{name: "headroom", dir: t.TempDir(), args: append([]string{"recommend", file, "--format", "csv", "--quiet"}, args...)}
		var out bytes.Buffer
		p.command = exec.Command(p.name, p.args...)
		p.command.Stdout, p.command.Stderr = &out, &p.said
		if err := p.command.Run(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, p.said.String())
		}
		return out.String()
	}
	want := recommend()
	_, url := serve(t)
	worker := hire(t, url)
	if got := recommend("--nats", url, "--workers", "0"); got != want {
		t.Errorf("another process found\n%s\nwant\n%s\n%s", got, want, worker.said.String())
	}
	if got := recommend("--listen", "127.0.0.1:0"); got != want {
		t.Errorf("with a server of its own it found\n%s\nwant\n%s", got, want)
	}
	screen := []string{"--set", "search.screen=fluid"}
	want = recommend(append(screen, "--workers", "1")...)
	if got := recommend(append(screen, "--workers", "2")...); got != want {
		t.Errorf("screened by rates, two workers found\n%s\nwant\n%s", got, want)
	}
	if got := recommend(append(screen, "--nats", url, "--workers", "0")...); got != want {
		t.Errorf("screened by rates, another process found\n%s\nwant\n%s\n%s", got, want, worker.said.String())
	}
}

// wire is a connection between workers and server that can be cut.
type wire struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	cut      bool
	open     []net.Conn
}

func newWire(t *testing.T, url string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	w := &wire{listener: listener, to: strings.TrimPrefix(url, "nats://")}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(near)
		}
	}()
	return w
}

func (w *wire) url() string { return "nats://" + w.listener.Addr().String() }

func (w *wire) carry(near net.Conn) {
	far, err := net.Dial("tcp", w.to)
	w.mu.Lock()
	if err != nil || w.cut {
		w.mu.Unlock()
		near.Close()
		if err == nil {
			far.Close()
		}
		return
	}
	w.open = append(w.open, near, far)
	w.mu.Unlock()
	go func() { _, _ = io.Copy(far, near); far.Close() }()
	_, _ = io.Copy(near, far)
	near.Close()
}

// set cuts the wire, or mends it.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for _, c := range w.open {
		c.Close()
	}
	w.open = nil
}

// Workers are killed every few hundred milliseconds, server and coordinator some
// times, and the connection is cut: every point is present once, and every byte is
// that of a sweep in one process.
func TestSweepSurvivesTheDeathOfEverything(t *testing.T) {
	dir := sweptDir(t)
	more := []string{"--replications", "20"}
	want := alone(t, dir, more...)
	server, url := serve(t)
	line := newWire(t, url)
	coordinator := coordinate(dir, "killed", append(more, "--nats", url, "--workers", "0")...)
	coordinator.start(t)
	var workers []*mortal
	for i := range 3 {
		workers = append(workers, hire(t, []string{url, line.url()}[i%2]))
	}
	random := rand.New(rand.NewPCG(3, 4))
	kills := map[string]int{}
	for round := 1; ; round++ {
		// They live ever longer: on a slow machine they do little but start in a short life.
		if over := pauseOn(coordinator, time.Duration(200+random.IntN(300+20*round))*time.Millisecond); over {
			break
		}
		victim := workers[random.IntN(len(workers))]
		victim.kill()
		victim.start(t)
		kills["workers"]++
		switch {
		case round%5 == 1:
			server.kill()
			kills["servers"]++
			pauseOn(coordinator, time.Duration(random.IntN(300))*time.Millisecond)
			server.start(t)
		case round%5 == 2:
			coordinator.kill()
			kills["coordinators"]++
			coordinator.start(t)
		case round%5 == 3:
			line.set(true)
			kills["connections"]++
			pauseOn(coordinator, time.Duration(random.IntN(500))*time.Millisecond)
			line.set(false)
		}
		if round > 100 {
			t.Fatalf("makes no progress after %v\n%s", kills, coordinator.said.String())
		}
	}
	t.Logf("killed: %v", kills)
	if code := coordinator.wait(t); code != 0 {
		t.Fatalf("exit code %d after %v\n%s", code, kills, coordinator.said.String())
	}
	if files(t, dir, "killed") != want {
		t.Errorf("after %v, the files differ from those of an undisturbed sweep", kills)
	}
	if kills["servers"] < 2 || kills["coordinators"] < 2 || kills["connections"] < 1 {
		t.Errorf("too quick to be killed: %v", kills)
	}
}

// pauseOn waits, and reports whether a process ended before.
func pauseOn(p *mortal, d time.Duration) bool {
	select {
	case err := <-p.ended:
		p.ended <- err
		return true
	case <-time.After(d):
		return false
	}
}

func TestKilledServerOfACoordinatorIsContinued(t *testing.T) {
	dir := sweptDir(t)
	more := []string{"--replications", "12"}
	want := alone(t, dir, more...)
	coordinator := coordinate(dir, "killed", append(more, "--listen", "127.0.0.1:0", "--workers", "1")...)
	kills := 0
	// It lives ever longer: on a slow machine it does little but start in a short life.
	for life := 700 * time.Millisecond; ; life += life / 4 {
		coordinator.start(t)
		if pauseOn(coordinator, life) {
			break
		}
		coordinator.kill()
		if kills++; kills > 20 {
			t.Fatalf("makes no progress, in %v neither\n%s", life, coordinator.said.String())
		}
	}
	if code := coordinator.wait(t); code != 0 || files(t, dir, "killed") != want || kills < 2 {
		t.Errorf("exit code %d after %d kills, the same files: %v\n%s", code, kills, files(t, dir, "killed") == want, coordinator.said.String())
	}
}

// A worker that is interrupted hands its work back, and says so.
func TestInterruptedWorkerLeavesInPeace(t *testing.T) {
	dir := sweptDir(t)
	_, url := serve(t)
	p := coordinate(dir, "out", "--nats", url, "--workers", "0", "--replications", "300")
	p.start(t)
	defer p.kill()
	worker := hire(t, url)
	for !strings.Contains(seen(t, url), "swept") {
		time.Sleep(100 * time.Millisecond)
	}
	works(worker.command.Process, 500*time.Millisecond)
	if code := worker.signal(t, os.Interrupt); code != 130 || !strings.Contains(worker.said.String(), "what was under way is handed back") {
		t.Errorf("exit code %d\n%s", code, worker.said.String())
	}
	status := seen(t, url)
	if !strings.Contains(status, `"workers": []`) || strings.Contains(status, `"tasks_waiting": 0`) || !strings.Contains(status, `"coordinated": true`) {
		t.Errorf("after the only worker has left:\n%s", status)
	}
	cancelled := exec.Command("headroom", "sweep", "cancel", "--nats", url, jobOf(status))
	if out, err := cancelled.CombinedOutput(); err != nil || !strings.Contains(string(out), "\ncancelled ") || !strings.HasPrefix(string(out), "headroom: "+url+" asks nobody for a token") {
		t.Errorf("%v\n%s", err, out)
	}
	if code := p.wait(t); code != 130 || !strings.Contains(p.said.String(), "cancelled by `headroom sweep cancel`") {
		t.Errorf("exit code %d\n%s", code, p.said.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "out", "sweep.csv")); err != nil {
		t.Error(err)
	}
	if status := seen(t, url); !strings.Contains(status, `"sweeps": []`) {
		t.Errorf("left:\n%s", status)
	}
}

// seen is the status of a server.
func seen(t *testing.T, url string) string {
	t.Helper()
	out, err := exec.Command("headroom", "sweep", "status", "--nats", url, "--format", "json").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// jobOf finds the first job of a status.
func jobOf(status string) string {
	_, rest, _ := strings.Cut(status, `"id": "`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// A worker of another version is refused, and so is one with a wrong token.
func TestWorkersThatMayNotWorkAreRefused(t *testing.T) {
	dir := sweptDir(t)
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, url := serve(t, "--auth", "s3cret")
	p := coordinate(dir, "out", "--nats", url, "--nats-token-file", token, "--workers", "0", "--replications", "300")
	p.start(t)
	defer p.kill()
	path, err := exec.LookPath("headroom")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "bin", "headroom")
	if err := os.Mkdir(filepath.Dir(other), 0o777); err != nil {
		t.Fatal(err)
	}
	id, err := buildID(bytes.NewReader(program))
	if err != nil || id == "" {
		t.Fatalf("build ID %q: %v", id, err)
	}
	at := bytes.Index(program, []byte(id))
	copy(program[at:], "another version")
	if err := os.WriteFile(other, program, 0o777); err != nil {
		t.Fatal(err)
	}
	stranger := &mortal{name: other, dir: dir, args: []string{"worker", "--nats", url, "--nats-token-file", token, "--idle", "1m"}}
	stranger.start(t)
	if code := stranger.wait(t); code != 2 || !strings.Contains(stranger.said.String(), "results would not be those of one program") {
		t.Errorf("exit code %d\n%s", code, stranger.said.String())
	}
	wrong := filepath.Join(dir, "wrong")
	if err := os.WriteFile(wrong, []byte("guessed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, credentials := range [][]string{nil, {"--nats-token-file", wrong}} {
		thief := &mortal{name: "headroom", dir: dir, args: append([]string{"worker", "--nats", url}, credentials...)}
		thief.start(t)
		if code := thief.wait(t); code != 2 || !strings.Contains(thief.said.String(), "refuses the connection") {
			t.Errorf("%v: exit code %d\n%s", credentials, code, thief.said.String())
		}
	}
	if code := p.signal(t, os.Interrupt); code != 130 {
		t.Errorf("exit code %d\n%s", code, p.said.String())
	}
	if said := stranger.said.String() + p.said.String(); strings.Contains(said, "s3cret") {
		t.Errorf("somebody tells the token:\n%s", said)
	}
}

// A sweep with a server of its own makes a token, for its user alone to read. Who has
// it comes in, others do not, and a sweep that was killed has the same one again.
func TestSweepThatListensHasAToken(t *testing.T) {
	dir := sweptDir(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "nats://" + free.Addr().String()
	p := coordinate(dir, "out", "--listen", free.Addr().String(), "--workers", "0", "--replications", "8")
	free.Close()
	path := filepath.Join(dir, "out", tokenFile)
	var first []byte
	for life := range 2 {
		p.start(t)
		var token []byte
		for end := time.Now().Add(20 * time.Second); len(token) == 0; time.Sleep(20 * time.Millisecond) {
			if token, err = os.ReadFile(path); time.Now().After(end) {
				t.Fatal(err)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v, %v", info, err)
		}
		if life == 0 {
			first = token
			thief := &mortal{name: "headroom", dir: dir, args: []string{"worker", "--nats", url, "--wait", "20s"}}
			thief.start(t)
			if code := thief.wait(t); code != 2 || !strings.Contains(thief.said.String(), "refuses the connection") {
				t.Errorf("exit code %d\n%s", code, thief.said.String())
			}
			p.kill()
		} else if !bytes.Equal(token, first) {
			t.Errorf("the token was %q, is %q", first, token)
		}
	}
	worker := hire(t, url, "--nats-token-file", path, "--wait", "20s")
	if code := p.wait(t); code != 0 {
		t.Errorf("exit code %d\n%s\n%s", code, p.said.String(), worker.said.String())
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the token is left behind")
	}
}

// A sweep of this machine alone opens no socket.
func TestPlainSweepOpensNoSocket(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("nothing tells which files a process has open")
	}
	dir := sweptDir(t)
	p := coordinate(dir, "out", "--replications", "300")
	p.start(t)
	defer p.kill()
	looks := 0
	for looks < 20 {
		entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.command.Process.Pid))
		if err != nil {
			t.Fatalf("%v\n%s", err, p.said.String())
		}
		for _, e := range entries {
			to, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", p.command.Process.Pid, e.Name()))
			if err == nil && strings.HasPrefix(to, "socket:") {
				t.Fatal("has a socket open")
			}
		}
		looks++
		time.Sleep(20 * time.Millisecond)
	}
	if code := p.signal(t, syscall.SIGTERM); code != 130 {
		t.Errorf("exit code %d\n%s", code, p.said.String())
	}
}

// -points=100000 has a coordinator keep more.
var manyPoints = flag.Int("points", 10_000, "how many points a coordinator keeps")

// A coordinator of very many points with a server of its own and workers in the same
// process stays small: what a point adds to a tenth as many is less than its row in the
// files, a third of it garbage.
func TestVeryManyPointsStaySmall(t *testing.T) {
	const each = 10e3 // bytes
	few := *manyPoints / 10
	empty, peak := peakOfSweep(t, few), peakOfSweep(t, *manyPoints)
	t.Logf("peak %.0f MB of %d points, %.0f MB of %d", empty/1e6, few, peak/1e6, *manyPoints)
	if most := empty + each*float64(*manyPoints-few); peak > most {
		t.Errorf("took %.0f MB, more than %.0f", peak/1e6, most/1e6)
	}
}

// peakOfSweep plays a sweep of so many tiny points and returns the bytes that its
// process held at most.
func peakOfSweep(t *testing.T, points int) float64 {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf(`
run = { duration = "1s" }
service.web = { discipline = "fcfs" }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "10/s" }, demand = { cpu = "100ms" } }
sweep = { replications = 1, parameters = { "run.seed" = { min = 1, max = %[1]d, steps = %[1]d } } }
`, points)
	if err := os.WriteFile(filepath.Join(dir, "many.toml"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	p := &mortal{name: "headroom", dir: dir, args: []string{"sweep", "many.toml", "--out", "out", "--top", "1", "--listen", "127.0.0.1:0"}}
	t.Setenv("GOGC", "50")
	p.start(t)
	if code := p.wait(t); code != 0 {
		t.Fatalf("exit code %d\n%s", code, p.said.String())
	}
	content, err := os.ReadFile(filepath.Join(dir, "out", "sweep.csv"))
	if err != nil || bytes.Count(content, []byte("\n")) != 1+points {
		t.Errorf("%v, %d lines", err, bytes.Count(content, []byte("\n")))
	}
	usage, ok := p.command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Skip("this system does not tell the memory of a process")
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss)
	}
	return float64(usage.Maxrss << 10)
}

// BenchmarkCluster shows what two worker processes and a nats-server make of
// points of some 50 ms, beside two workers of one process in the same run.
func BenchmarkCluster(b *testing.B) {
	dir := b.TempDir()
	text := `
run = { duration = "40h" }
service.web = { discipline = "fcfs" }
instance.server = { instance_type = "m5.large", service = "web" }
workload.users = { to = "server", arrivals = { process = "poisson", rate = "4/s" }, demand = { cpu = { dist = "exponential", mean = "100ms" } } }
sweep = { replications = 1, parameters = { "run.seed" = { min = 1, max = 400, steps = 400 } } }
`
	if err := os.WriteFile(filepath.Join(dir, "fifty.toml"), []byte(text), 0o666); err != nil {
		b.Fatal(err)
	}
	_, url := serve(b)
	hire(b, url)
	hire(b, url)
	sweep := func(args ...string) time.Duration {
		p := &mortal{name: "headroom", dir: dir, args: append([]string{"sweep", "fifty.toml", "--top", "1"}, args...)}
		begin := time.Now()
		p.start(b)
		if code := p.wait(b); code != 0 {
			b.Fatalf("exit code %d\n%s", code, p.said.String())
		}
		return time.Since(begin)
	}
	var local, shared time.Duration
	for range b.N {
		local += sweep("--workers", "2")
		shared += sweep("--workers", "0", "--nats", url)
	}
	b.ReportMetric(400*float64(b.N)/local.Seconds(), "local-points/s")
	b.ReportMetric(400*float64(b.N)/shared.Seconds(), "shared-points/s")
	b.ReportMetric(local.Seconds()/shared.Seconds(), "ratio")
}

// A sweep that cannot begin leaves a directory in which it can begin later.
func TestStartThatFailsLeavesNothing(t *testing.T) {
	dir := sweptDir(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := coordinate(dir, "out", "--listen", taken.Addr().String())
	p.start(t)
	if code := p.wait(t); code != 2 || !strings.Contains(p.said.String(), "--listen: ") || !strings.Contains(p.said.String(), "in use") {
		t.Errorf("exit code %d\n%s", code, p.said.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
		t.Error("has left its directory behind")
	}
	taken.Close()
	p.start(t)
	if code := p.wait(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.said.String())
	}
}
