package text

// Face is a loaded font file's face.
type Face struct{}
