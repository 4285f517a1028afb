import MCPProtocol

// Reading what the process writes on its output, line by line.
extension Endpoint {
  /// The output has something to read, or has ended: answers are taken at once.
  ///
  /// If `isLast`, nothing is read after this, so not even a client that is behind is spared.
  func outputReady(isClosed: Bool = false, isLast: Bool = false) {
    guard let running = process, running.reasonToEnd == nil, !outputHasEnded else { return }
    if congestion.isClogged, mustPause, !isLast {
      watchOutputAgain()
      return readWaiter.resume()
    }
    let hasExited = running.exit != nil
    // A process that writes without end must not keep the loop; one that has ended is read dry,
    // even for a client that is behind: it is what a pipe holds, and nothing comes after it.
    let mostReads = hasExited ? 1024 : 16
    var isEmpty = false
    var reads = 0
    while !isEmpty, reads < mostReads {
      reads += 1
      isEmpty = readOutput(running.output, mayHaveEnded: hasExited || isClosed)
    }
    if hasExited { outputHasEnded = true }
    if outputHasEnded {
      stopWatchingOutput()
      takeRemainder()
    } else if !isEmpty {
      watchOutputAgain()
    }
    if !inbox.isEmpty || outputHasEnded { readWaiter.resume() }
  }

  /// Reads once; returns whether nothing is left for now.
  private func readOutput(_ output: Descriptor, mayHaveEnded: Bool) -> Bool {
    let room = lines.makeRoom()
    let kernel = loop.kernel
    switch lines.fill({ kernel.read(output, into: &$0, at: room) }) {
    case .bytes(let count):
      lines.commit(count)
      takeLines()
      // A short read has emptied the pipe; asking again would cost a call for nothing.
      return count < room.count && !mayHaveEnded
    case .wouldBlock: return true
    case .end, .failed:
      outputHasEnded = true
      return true
    }
  }

  private func watchOutput() {
    guard let output = process?.output, process?.outputWatch == nil else { return }
    let watch = watch(output, [.reading, .once], .output)
    process?.outputWatch = watch
  }

  /// Watches a pipe of the process, or ends it: nobody would hear of it any more.
  func watch(_ pipe: Descriptor, _ interest: Interest, _ stream: Stream) -> UInt64? {
    do throws(SystemError) {
      return try loop.watch(pipe, interest, owner: self, token: stream.rawValue)
    } catch {
      endUnwatched(error)
      return nil
    }
  }

  private func endUnwatched(_ error: SystemError) {
    end("was ended because its pipes cannot be watched (\(error))")
  }

  /// Asks to be told once more of what is still to be read.
  private func watchOutputAgain() {
    guard let output = process?.output, let watch = process?.outputWatch else { return }
    do throws(SystemError) {
      try loop.rewatch(output, watch, [.reading, .once])
    } catch {
      endUnwatched(error)
    }
  }

  func stopWatchingOutput() {
    guard let output = process?.output, let watch = process?.outputWatch else { return }
    loop.unwatch(output, watch)
    process?.outputWatch = nil
  }

  private func takeLines() {
    while let line = lines.next() {
      switch line {
      case .whole(let range): take(range)
      case .oversize(let head, let tail): takeOversize(head, tail: tail)
      }
    }
  }

  /// A last line without an end may have been cut: what is broken then is not even a bad answer.
  private func takeRemainder() {
    switch lines.remainder() {
    case .whole(let line):
      do throws(EnvelopeError) {
        _ = try EnvelopeParser.parse(lines.storage.span.extracting(line))
      } catch {
        if case .syntax = error { return countJunk(lines.storage[line]) }
      }
      take(line)
    case .oversize(let head, let tail): takeOversize(head, tail: tail)
    case nil: break
    }
  }

  private func take(_ range: Range<Int>) {
    let source = lines.take(range) ?? lines.storage
    if chaos == nil || !intercepts(source, range) { take(source, range) }
  }

  @inline(__always)
  func take(_ source: [UInt8], _ range: Range<Int>) {
    guard inbox.isEmpty else { return inbox.append(IncomingLine(Array(source[range]))) }
    if let other = receiveIfAnswer(source, range) {
      inbox.append(IncomingLine(Array(source[range]), other))
    }
  }

  /// Deals with what needs a hop to other actors, until the output or the process ends.
  func readOutput() async {
    lines = LineBuffer(limit: launcher.maxLine)
    inbox.removeAll()
    outputHasEnded = false
    watchOutput()
    // It may have ended before anybody watched.
    if process?.exit != nil { outputReady() }
    while process?.reasonToEnd == nil {
      if inbox.isEmpty, !outputHasEnded, !mustPause {
        await unsafe withUnsafeContinuation { unsafe readWaiter.wait($0) }
      }
      var position = 0
      while position < inbox.count {
        await receive(inbox[position])
        position += 1
      }
      inbox.removeAll()
      if outputHasEnded { return }
      if mustPause { await pauseReading() }
    }
  }

  /// The client does not keep up: reading on would only pile up what it does not take.
  ///
  /// Not while the process starts: then it answers nobody but us, and in a time of its own.
  var mustPause: Bool {
    congestion.isClogged && state != .starting && !outputHasEnded && process?.exit == nil
      && process?.reasonToEnd == nil
  }

  private func pauseReading() async {
    // Not merely without interest: an end that is seen again and again would keep us busy. That of
    // the process is told by the launcher all the same.
    stopWatchingOutput()
    while mustPause { await unsafe withUnsafeContinuation { unsafe readWaiter.wait($0) } }
    guard process?.isOver == false, process?.reasonToEnd == nil, !outputHasEnded else { return }
    watchOutput()
    // What came meanwhile may have been the end.
    outputReady()
  }

  /// The client has taken enough of what was sent for more to be read.
  package nonisolated func clientHasRoom() {
    onLoop(()) { endpoint, _ in endpoint.readWaiter.resume() }
  }
}
