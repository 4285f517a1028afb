// What the process writes on its error output: anything.
extension Endpoint {
  /// Keeps the pipe empty, so that a process that logs a lot does not stand still.
  func readErrors() async {
    guard let stream = process?.error else { return }
    let watch = watch(stream, .reading, .error)
    process?.errorWatch = watch
    var buffer = [UInt8](repeating: 0, count: 4096)
    while process?.errorIsOpen == true {
      await unsafe withUnsafeContinuation { unsafe errorWaiter.wait($0) }
      guard process?.errorIsOpen == true else { return }
      switch loop.kernel.read(stream, into: &buffer, at: 0..<buffer.count) {
      case .bytes(let count): tail.append(buffer[..<count])
      case .wouldBlock: continue
      case .end, .failed: closeErrors()
      }
    }
  }

  func closeErrors() {
    guard let running = process, running.errorIsOpen else { return }
    process?.errorIsOpen = false
    if let watch = running.errorWatch { loop.unwatch(running.error, watch) }
    loop.kernel.close(running.error)
  }
}
