/// A pattern over names: `*` is any text, `?` any one character, all else itself.
///
/// Names are what their bytes are, as everywhere: a letter with its accent is not a letter that an
/// accent follows.
package enum Glob {
  package static func matches(_ pattern: String, _ name: String) -> Bool {
    let pattern = Array(pattern)
    let name = Array(name)
    var (at, position) = (0, 0)
    // Where to go on when the text behind the last star does not fit.
    var retry: (pattern: Int, name: Int)?
    while position < name.count {
      if at < pattern.count, pattern[at] == "*" {
        retry = (at + 1, position)
        at += 1
      } else if at < pattern.count,
        pattern[at] == "?" || pattern[at].utf8.elementsEqual(name[position].utf8)
      {
        at += 1
        position += 1
      } else if let last = retry {
        retry = (last.pattern, last.name + 1)
        (at, position) = (last.pattern, last.name + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == "*" }
  }
}
