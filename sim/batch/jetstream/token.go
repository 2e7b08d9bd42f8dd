package jetstream

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"headroom/sim/regular"
)

// Bounds of what is read where credentials should be.
const (
	largestSecret = 256 << 10 // bytes of a file
	longestToken  = 1024
)

// NewToken returns a token that nobody guesses. It begins with a letter: nats-server
// takes one of digits for a number.
func NewToken() string { return "t" + strings.ToLower(rand.Text()) }

// KeepToken returns the token in a file that this user alone can read. It makes the
// file, with a new token, where there is none.
func KeepToken(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		token, _, err := readToken(path)
		if err != nil {
			return "", fault("token", "%s: %v", path, err)
		}
		return token, nil
	}
	if err != nil {
		return "", err
	}
	token := NewToken()
	if _, err := f.WriteString(token + "\n"); err != nil {
		return "", errors.Join(err, f.Close(), os.Remove(path))
	}
	return token, f.Close()
}

// readToken reads a token, and tells what a person would want to know of its file.
func readToken(path string) (token, warning string, err error) {
	text, warning, err := readSecret(path)
	if err != nil {
		return "", "", err
	}
	token = strings.TrimSpace(string(text))
	switch {
	case token == "":
		return "", "", errors.New("is empty")
	default:
		return token, warning, checkToken(token)
	}
}

// checkToken reports a token that no server would understand.
func checkToken(token string) error {
	if len(token) > longestToken {
		return fmt.Errorf("a token has at most %d letters, got %d", longestToken, len(token))
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return errors.New("a token is one word")
	}
	return nil
}

// errNoFile is the error of a path that leads nowhere.
var errNoFile = errors.New("no such file")

// readPublic reads a file that anybody may.
func readPublic(path string, most int64) ([]byte, error) {
	content, err := regular.Read(path, most)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoFile
	}
	return content, err
}

// readSecret reads a file of credentials. One that every user of the machine can read
// holds no secret; one that the group can is worth a word.
func readSecret(path string) (content []byte, warning string, err error) {
	f, err := regular.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", errNoFile
	}
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, "", err
	}
	switch mode := info.Mode().Perm(); {
	case runtime.GOOS == "windows": // has no such bits
	case mode&0o007 != 0:
		return nil, "", fmt.Errorf("is open to every user of this machine (mode %04o): chmod 600 makes it yours alone", mode)
	case mode&0o070 != 0:
		warning = fmt.Sprintf("%s is open to its group (mode %04o)", path, mode)
	}
	content, err = regular.ReadAll(f, largestSecret)
	return content, warning, err
}

// inTheClear returns a server beyond this machine to which a token or a password goes
// without TLS, "" if there is none.
func (o *Options) inTheClear() string {
	if o.CA != "" || o.Certificate != "" {
		return "" // TLS is demanded then
	}
	servers, _ := parseURL(o.URL)
	for _, u := range servers {
		if (u.Scheme == "nats" || u.Scheme == "ws") && (o.Token != "" || u.User != nil) && !loopback(u.Hostname()) {
			return u.Scheme + "://" + u.Host
		}
	}
	return ""
}
