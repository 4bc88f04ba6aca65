package submissions

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// agents compares the definitions in the folder, and those of the program, with the agents
// of the bundle. Names that pages show are those of definitions that are the bundle's.
func (c *Checked) agents(v Verification) error {
	paths, err := filesLike(c.Folder, "agent*.yaml")
	if err != nil {
		return err
	}
	given := map[string]bool{}
	for _, path := range paths {
		d, err := definitions.LoadFile(path)
		is := false
		if err == nil {
			is, err = c.isOf(d, v)
		}
		if ofFolder(err) {
			c.problem("%v", err)
			continue
		}
		if err != nil {
			return err
		}
		given[d.Name] = true
		if !is {
			c.problem("%s defines %s, and the bundle has no agent of this definition: put the file that was run with here, and its folder", filepath.Base(path), d.Name)
			continue
		}
		c.Titles[d.Name] = d.Title()
	}
	for _, name := range slices.Sorted(maps.Keys(v.Report.Agents)) {
		own, title, err := programs(name, v.Report.Agents[name])
		switch {
		case err != nil:
			return err
		case own && !given[name]:
			c.Titles[name] = title
		case !own && !given[name] && slices.Contains(definitions.List(), name):
			c.problem("%s is missing: %s is another agent than the program's own of this name", AgentFile, name)
		case !own && !given[name]:
			c.problem("%s is missing: %s is no agent of the program's own", AgentFile, name)
		case !own && slices.Contains(definitions.List(), name):
			c.warn("%s is another agent than the program's own of this name", name)
		}
	}
	return nil
}

// programs reports whether the digest is that of the program's own agent of the name, and
// what that is called.
func programs(name, digest string) (own bool, title string, err error) {
	if !slices.Contains(definitions.List(), name) {
		return false, "", nil
	}
	d, err := definitions.Builtin(name)
	if err != nil {
		return false, "", err
	}
	is, err := d.Digest()
	return is == digest, d.Title(), err
}

// isOf reports whether the bundle has an agent of the definition. Of one that leaves values
// of headers or arguments of its command out, the rest is compared with the bundle's public
// definition.
func (c *Checked) isOf(d definitions.Definition, v Verification) (bool, error) {
	digest, err := digestWithin(c.Folder, d)
	if err != nil || digest == v.Report.Agents[d.Name] {
		return err == nil, err
	}
	left := d.LeftOut()
	if left == "" || v.Report.Agents[d.Name] == "" {
		return false, nil
	}
	var public definitions.Definition
	if err := json.Unmarshal(v.Definitions[d.Name], &public); err != nil {
		return false, results.Bad(fmt.Errorf("agent %s leaves out %s, and the bundle has no definition to compare the rest with", d.Name, left))
	}
	one, err := disk.DigestOf(openPart(d))
	if err != nil {
		return false, err
	}
	two, err := disk.DigestOf(openPart(public))
	if err != nil || one != two {
		return false, err
	}
	if d.Provider == definitions.Command && d.Folder != "" {
		left += ", and the files of its folder"
	}
	c.warn("agent %s: taken on trust, since its definition does not have it: %s", d.Name, left)
	return true, nil
}

// openPart is what everybody may read of the definition, wherever its folder lies.
func openPart(d definitions.Definition) definitions.Definition {
	d = d.Public()
	d.Age = definitions.Age{}
	if d.Folder != "" {
		d.Folder = "here"
	}
	return d
}

// digestWithin is the definition's digest. Its folder must lie in dir: the files of a path
// outside would be read.
func digestWithin(dir string, d definitions.Definition) (string, error) {
	if d.Folder != "" {
		if rel, err := filepath.Rel(dir, d.Folder); err != nil || !filepath.IsLocal(rel) || rel == "." {
			return "", results.Bad(fmt.Errorf("agent %s: its folder lies outside of the submission", d.Name), "copy the folder into the submission, and name it by its last part alone")
		}
	}
	digest, err := d.Digest()
	if err != nil && !ofFolder(err) { // such as of a folder that is not there
		err = results.Bad(fmt.Errorf("agent %s: %w", d.Name, err))
	}
	return digest, err
}
