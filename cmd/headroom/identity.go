package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"

	"headroom/results/sweep"
	"headroom/scenarios/tables"
)

// programPart is the part of a manifest that tells one program from another.
const programPart = "the program"

// manifestOf says what the results of a sweep depend on: the scenario, this very
// program, and how the machine computes.
func manifestOf(s *tables.Scenario) (sweep.Manifest, error) {
	return wholeManifest(s.Manifest())
}

// wholeManifest adds to what replications depend on this very program, and how the machine computes.
func wholeManifest(parts map[string]string, err error) (sweep.Manifest, error) {
	if err != nil {
		return nil, err
	}
	if parts[programPart], err = programSum(); err != nil {
		return nil, err
	}
	parts["the arithmetic of the machine"] = sweep.Arithmetic()
	return parts, nil
}

// programSum tells this build from any other: by its build ID, or all of it where it was
// built without one.
func programSum() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	switch id, err := buildID(file); {
	case err != nil:
		return "", err
	case id != "":
		return version() + " " + id, nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return version() + " " + hex.EncodeToString(sum.Sum(nil)[:12]), nil
}
