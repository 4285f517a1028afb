/// Paths as text; nothing here looks at the file system.
enum FilePath {
  /// `path` made absolute: `~/` is the home, anything relative starts at `folder`.
  static func resolve(_ path: String, in folder: String, home: String) -> String {
    if path == "~" || path.hasPrefix("~/") { return normalize(home + path.dropFirst()) }
    return normalize(path.hasPrefix("/") ? path : folder + "/" + path)
  }

  /// The folder an absolute path lies in.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  static func lastComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Removes `.` and `..`.
  ///
  /// A link behind a `..` is not looked at, as in a shell's `cd`.
  static func normalize(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
