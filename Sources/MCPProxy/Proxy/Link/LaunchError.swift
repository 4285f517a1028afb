/// Why a process could not be launched; the text goes on from "Server cannot be started:".
package struct LaunchError: Error, Equatable, Sendable {
  package let text: String

  package init(text: String) { self.text = text }

  /// The system says only that something was not found: that is the program, the folder, or what
  /// the program needs to run.
  init(
    launching command: Command,
    at path: String,
    _ error: SystemError,
    _ environment: LaunchEnvironment
  ) {
    guard error.isNotFound else {
      text = "\(path) did not start: \(error)"
      return
    }
    if let folder = command.directory, !environment.isFolder(folder) {
      text = "the folder \(folder) does not exist"
      return
    }
    // A relative path is one from the folder the process starts in.
    let isAbsolute = path.hasPrefix("/")
    let file = isAbsolute ? path : command.directory.map { "\($0)/\(path)" } ?? path
    guard environment.isExecutable(file) else {
      text = "\(file) does not exist or is not executable"
      return
    }
    let interpreter = Interpreter(firstBytes: environment.firstBytes(file))
    switch interpreter {
    case let interpreter? where interpreter.endsInReturn:
      text =
        "\(file) did not start: its first line ends with a carriage return (CRLF), which the "
        + "system takes for a part of the interpreter's name \(interpreter.path)"
    case let interpreter? where !environment.isExecutable(interpreter.path):
      text =
        "\(file) did not start: its interpreter \(interpreter.path), which its first line names, "
        + "does not exist"
    default:
      text = "\(file) did not start: the loader or interpreter it needs does not exist"
    }
  }
}

/// The program that runs a script, as the system reads it in the first line ("#!").
private struct Interpreter {
  let path: String
  /// Whether the name ends in a carriage return, which no name of a file does on purpose.
  let endsInReturn: Bool

  /// `nil` if the file is no script.
  init?(firstBytes bytes: [UInt8]) {
    guard bytes.starts(with: Array("#!".utf8)) else { return nil }
    let line = bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
    let blanks = Array(" \t".utf8)
    let name = line.drop(while: blanks.contains).prefix { !blanks.contains($0) && $0 != 0 }
    let text = String(decoding: name, as: UTF8.self).filter { !$0.isASCII || $0 > " " }
    guard !text.isEmpty else { return nil }
    path = String(text.prefix(200))
    endsInReturn = name.last == UInt8(ascii: "\r")
  }
}
