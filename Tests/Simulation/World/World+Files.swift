// Files: kept in a dictionary; full and broken disks, torn lines, others that write.
extension World {
  /// The error of a file operation that fails now.
  private func fileFault(_ call: SystemFault.Call, _ name: String) -> SystemError? {
    if fails(call) { return SystemError(name, 28) }
    return strikes(.files) ? SystemError(name, random.pick([5, 28, 13])) : nil
  }

  func makeDirectories(_ path: String) -> SystemError? {
    let error = fileFault(.makeDirectories, "mkdir")
    // Else it was for the log.
    if error != nil, !path.hasSuffix("/catalog") { books.couldNotOpen() }
    return error
  }

  func openLog(_ path: String) -> Result<Int32, SystemError> {
    if let error = fileFault(.openLog, "open") {
      books.couldNotOpen()
      return .failure(error)
    }
    if files[path] == nil { files[path] = [] }
    return .success(open(.log(path)))
  }

  /// As the real one: behind a torn line a new one begins; a short write is an error.
  func appendLines(
    _ number: Int32,
    _ bytes: [UInt8],
    lastEnd: Int
  ) -> Result<Int, SystemError> {
    guard case .log(let path) = descriptors[number] else {
      fail("descriptors", "appended to descriptor \(number), which is no log")
      return .failure(SystemError("write", 9))
    }
    trace.mix(bytes[...])
    // Taken out while it grows, or each line would copy all before it.
    var file = files.removeValue(forKey: path) ?? []
    if strikes(.files, 0.3) {
      // Another proxy was killed while it wrote its line.
      file += Array(#"{"v":1,"torn"#.utf8)
    }
    let isTorn = file.count != lastEnd && file.last.map { $0 != UInt8(ascii: "\n") } ?? false
    if isTorn {
      file.append(UInt8(ascii: "\n"))
      goals.saw(.usageNewlineRepaired)
    }
    if fails(.appendLines) || strikes(.files) {
      let taken = random.below(bytes.count)
      files[path] = file + bytes.prefix(taken)
      books.appended(self, bytes, taken: taken)
      goals.saw(.usageWriteFailed)
      return .failure(SystemError("write", 28))
    }
    file += bytes
    files[path] = file
    books.appended(self, bytes, taken: bytes.count)
    return .success(file.count)
  }

  func isCurrent(_ number: Int32, at path: String) -> Bool {
    if fails(.isCurrent) { return false }
    // Somebody has moved the file away.
    if strikes(.files, 0.1) { files[path] = nil }
    guard case .log(path) = descriptors[number] else { return false }
    return files[path] != nil
  }

  func readFile(_ path: String) -> Result<[UInt8], SystemError> {
    if let error = fileFault(.readFile, "open") { return .failure(error) }
    guard let bytes = files[path] else { return .failure(SystemError("open", 2)) }
    guard strikes(.files), !bytes.isEmpty else { return .success(bytes) }
    // A broken file: cut off, or one byte wrong.
    var broken = bytes
    if random.chance(0.5) {
      broken.removeLast(random.below(bytes.count))
    } else {
      broken[random.below(bytes.count)] = UInt8(random.below(256))
    }
    return .success(broken)
  }

  func replaceFile(_ path: String, _ bytes: [UInt8]) -> SystemError? {
    trace.mix(bytes[...])
    if let error = fileFault(.replaceFile, "write") {
      goals.saw(.catalogWriteFailed)
      return error
    }
    files[path] = bytes
    return nil
  }

  func directoryEntries(_ path: String) -> [String] {
    if fails(.directoryEntries) { return [] }
    return files.keys.filter { $0.hasPrefix("\(path)/") }
      .map { String($0.dropFirst(path.count + 1)) }.sorted()
  }
}
