extension String {
  /// What somebody else wrote, fit to be quoted: one line of `limit` bytes of UTF-8 at most, and an
  /// ellipsis where that is not all of it.
  ///
  /// Making it takes no longer than its own length, however long the text is.
  package func excerpt(_ limit: Int) -> String {
    var text = ""
    for scalar in unicodeScalars {
      // Controls and line ends would end the line, or colour the reader's terminal.
      let isBreak = scalar.properties.generalCategory == .control || scalar.value & ~1 == 0x2028
      let next = isBreak ? " " : scalar
      guard text.utf8.count + UTF8.width(next) <= limit else { return text + "…" }
      text.unicodeScalars.append(next)
    }
    return text
  }
}
