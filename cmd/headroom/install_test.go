package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// README says that go install ./cmd/headroom in a clone installs the program.
func TestCloneInstallsTheProgram(t *testing.T) {
	dir := t.TempDir()
	install := exec.Command("go", "install", "-pgo=off", "./cmd/headroom") // shares what the tests compiled
	install.Dir, install.Env = filepath.Join("..", ".."), append(os.Environ(), "GOBIN="+dir)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("go install: %v\n%s", err, out)
	}
	program := filepath.Join(dir, "headroom")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	run := exec.Command(program, "version")
	run.Dir = dir
	if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "headroom") {
		t.Fatalf("headroom version: %v\n%s", err, out)
	}
}

// Nobody builds the image in a test: what its recipe names is there, its compiler is one
// that the module asks for, and it builds as make dist does.
func TestImageIsBuiltAsReleasesAre(t *testing.T) {
	root := filepath.Join("..", "..")
	recipe, makefile, module := fileText(t, "Dockerfile"), fileText(t, filepath.Join(root, "Makefile")), fileText(t, filepath.Join(root, "go.mod"))
	sources := 0
	for line := range strings.Lines(recipe) {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "COPY" || strings.HasPrefix(words[1], "--from=") {
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			sources++
			if _, err := os.Stat(filepath.Join(root, source)); err != nil {
				t.Errorf("%s: %v", strings.TrimSpace(line), err)
			}
		}
	}
	if sources < 3 {
		t.Errorf("the image is made of %d files and directories", sources)
	}
	compiler := regexp.MustCompile(`(?m)^FROM golang:(\S+) AS build$`).FindStringSubmatch(recipe)
	if compiler == nil || !strings.Contains(module, "\ngo "+compiler[1]+".") {
		t.Errorf("FROM %q, which is not the compiler of go.mod", compiler)
	}
	for _, flag := range []string{"CGO_ENABLED=0", "build -trimpath -buildvcs=false", "-s -w -X", "main.release=", "./cmd/headroom"} {
		if !strings.Contains(recipe, flag) || !strings.Contains(makefile, flag) {
			t.Errorf("%s: not in both the Dockerfile and the Makefile", flag)
		}
	}
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	all, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}
