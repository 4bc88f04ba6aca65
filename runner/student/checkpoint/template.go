package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

const templateFile = "chat_template.jinja"

// readTemplate is the model's chat template, as transformers looks for it.
func readTemplate(folder string) (string, error) {
	if data, err := os.ReadFile(filepath.Join(folder, templateFile)); err == nil {
		return string(data), nil
	}
	for _, name := range []string{"tokenizer_config.json", "chat_template.json"} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", results.Infra(fmt.Errorf("student: %w", err))
		}
		var config struct {
			Template json.RawMessage `json:"chat_template"`
		}
		if err := json.Unmarshal(data, &config); err != nil {
			return "", results.Bad(fmt.Errorf("student: %s: %s: %w", folder, name, err))
		}
		if text := defaultTemplate(config.Template); text != "" {
			return text, nil
		}
	}
	return "", results.Bad(fmt.Errorf("student: %s has no chat template", folder),
		"take the model's instruction-tuned version, or write "+templateFile+" into its folder; a base model has none")
}

// defaultTemplate is the template, or that of a list which is named default.
func defaultTemplate(field json.RawMessage) string {
	var one string
	if json.Unmarshal(field, &one) == nil {
		return one
	}
	var list []struct{ Name, Template string }
	if json.Unmarshal(field, &list) == nil {
		for _, t := range list {
			if t.Name == "default" {
				return t.Template
			}
		}
	}
	return ""
}

// Date is the day that every chat template is given as today. Llama 3.1's takes it
// where nobody names one.
const Date = "2024-07-26"

var (
	asksDate  = regexp.MustCompile(`strftime_now\s*\(\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\)`)
	testsDate = regexp.MustCompile(`strftime_now\s+is\s+(?:not\s+)?defined`)
	directive = regexp.MustCompile(`%-?.`)
)

// layouts are the directives of strftime that templates use, in Go's words.
var layouts = map[string]string{
	"%d": "02", "%-d": "2", "%m": "01", "%-m": "1", "%Y": "2006", "%y": "06", "%B": "January", "%b": "Jan", "%A": "Monday", "%a": "Mon",
	"%H": "15", "%I": "03", "%M": "04", "%S": "05", "%p": "PM", "%j": "002",
}

// dated is the template with [Date] in place of the day on which it is read. asks
// says whether it asked for that.
func dated(template string) (text string, asks bool, err error) {
	day, err := time.Parse(time.DateOnly, Date)
	if err != nil {
		return "", false, err
	}
	text = asksDate.ReplaceAllStringFunc(template, func(call string) string {
		m := asksDate.FindStringSubmatch(call)
		said := directive.ReplaceAllStringFunc(m[1]+m[2], func(d string) string {
			if d == "%%" {
				return "%"
			}
			layout, known := layouts[d]
			if !known {
				err = fmt.Errorf("the directive %s", d)
			}
			return day.Format(layout)
		})
		quoted, _ := json.Marshal(said) // of letters, digits and marks, which Jinja reads alike
		return string(quoted)
	})
	if err == nil && strings.Contains(testsDate.ReplaceAllString(text, ""), "strftime_now") {
		err = errors.New("a call of strftime_now whose format is no text")
	}
	return text, text != template, err
}

// fixDate gives the model's chat template a fixed day where it writes today's: as
// trained and asked, a student's prompt must not change overnight. Every back end then
// reads the model in a folder below kept, of links and the template.
func (m *Model) fixDate(kept string) error {
	template, err := readTemplate(m.Folder)
	if err != nil {
		return err
	}
	text, asks, err := dated(template)
	if err != nil {
		return results.Bad(fmt.Errorf("student: the chat template in %s writes today's date, with %w, which cannot be fixed", m.Folder, err),
			"write a date into "+templateFile)
	}
	if !asks {
		return nil
	}
	if kept == "" {
		return results.Infra(fmt.Errorf("student: the chat template in %s writes today's date, and there is no place for one with a fixed date", m.Folder), "set HOME")
	}
	m.Dated = Date
	at := filepath.Join(filepath.Dir(kept), "dated", disk.Digest([]byte(m.Folder + "\n" + text))[:16], filepath.Base(m.Folder))
	if err := layDated(m.Folder, at, text); err != nil {
		return results.Infra(fmt.Errorf("student: fix the date of the chat template: %w", err))
	}
	m.Folder = at
	return nil
}

// layDated makes the folder at, unless it is there: links to the files of from, and
// the template.
func layDated(from, at, template string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(at)
	if err != nil {
		return err
	}
	for _, entry := range old {
		link := filepath.Join(at, entry.Name())
		if _, err := os.Stat(link); entry.Type()&fs.ModeSymlink != 0 && errors.Is(err, fs.ErrNotExist) {
			if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a file that the model has no more
				return err
			}
		}
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() || entry.Name() == templateFile {
			continue
		}
		if err := os.Symlink(filepath.Join(from, entry.Name()), filepath.Join(at, entry.Name())); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	// The same template is not written again: its time says whether weights changed.
	path := filepath.Join(at, templateFile)
	if there, err := os.ReadFile(path); err == nil && string(there) == template {
		return nil
	}
	return disk.WriteFile(path, []byte(template))
}
