package scenarios

import (
	"io/fs"
	"regexp"
	"strings"
	"sync"
)

// Example is a stock scenario.
type Example struct {
	Name    string // "shop"
	Summary string // its first sentence
}

// Examples lists the stock scenarios by name.
func Examples() []Example {
	names, err := fs.Glob(stock, "*.toml")
	if err != nil {
		panic("scenarios: the stock cannot be listed: " + err.Error())
	}
	var all []Example
	for _, name := range names {
		text, err := stock.ReadFile(name)
		if err != nil {
			panic("scenarios: the stock cannot be read: " + err.Error())
		}
		all = append(all, Example{strings.TrimSuffix(name, ".toml"), firstSentence(string(text))})
	}
	return all
}

// ExampleFiles returns the files of a stock scenario, NAME.toml and what it includes and
// plays, by their paths beside it; false if there is none of that name.
func ExampleFiles(name string) (files map[string][]byte, ok bool) {
	files = map[string][]byte{}
	for next := []string{name + ".toml"}; len(next) > 0; next = next[1:] {
		path := next[0]
		text, err := stock.ReadFile(path)
		if err != nil {
			return nil, false
		}
		files[path] = text
		if !strings.HasSuffix(path, ".toml") {
			continue
		}
		for _, m := range namedFile().FindAllSubmatch(text, -1) {
			if named := string(m[1]); files[named] == nil {
				next = append(next, named)
			}
		}
	}
	return files, true
}

// namedFile matches where a stock scenario names a file.
var namedFile = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[^#\n]*"(data/[^"]+|[a-z0-9-]+\.toml)"`) })

// sentenceEnd matches where a first sentence ends.
var sentenceEnd = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[.;?](?:\s|$)`) })

// firstSentence is that of the first comment of a scenario.
func firstSentence(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		_, comment, found := strings.Cut(line, "#")
		if comment = strings.TrimSpace(comment); !found || comment == "" {
			if len(words) > 0 {
				break
			}
			continue
		}
		words = append(words, comment)
	}
	sentence := strings.Join(words, " ")
	if end := sentenceEnd().FindStringIndex(sentence); end != nil {
		sentence = sentence[:end[0]]
	}
	return sentence
}
