package import MCPProtocol

// The requests the proxy answers by itself: it is a server of its own, not a wire.
extension ClientSession {
  func answerRequest(_ line: [UInt8], _ envelope: Envelope, _ batch: Int?) async {
    let id = Array(line[envelope.id])
    switch envelope.method {
    case .ping: deliver(ResponseLine.result(id: id, Array("{}".utf8)) + newline, batch)
    case .initialize where batch == nil: await initialize(line, envelope, id)
    case .initialize: respond(id, -32600, "initialize must not be part of a batch", batch)
    case .discover:
      // Clients of both eras fall back to initialize on this.
      respond(id, -32601, "Method not found: server/discover", batch)
    case .setLogLevel where version != nil: await setLogLevel(line, envelope, id, batch)
    case .listTools, .setLogLevel:
      let name = String(decoding: line[envelope.methodName], as: UTF8.self)
      respond(id, -32602, "Received \(name) before initialize", batch)
    default:
      let name = String(decoding: line[envelope.methodName], as: UTF8.self)
      respond(id, -32601, "Method not found: \(name.prefix(100))", batch)
    }
  }

  // MARK: initialize

  private func initialize(_ line: [UInt8], _ envelope: Envelope, _ id: [UInt8]) async {
    let parameters = (try? JSONDocument(line, range: envelope.body))?.root
    guard let asked = parameters?["protocolVersion"]?.string else {
      return respond(id, -32602, "Invalid params: protocolVersion must be a string")
    }
    // Something else than was asked is an offer (2025-11-25, lifecycle): the client decides.
    let known = ProtocolVersion(rawValue: asked)
    let agreed = known?.era == .handshake ? known ?? .latestHandshake : .latestHandshake
    version = agreed
    clientCapabilities = Handshake.passedOn(parameters?["capabilities"], line)
    noteCapabilities(parameters?["capabilities"])
    send(ResponseLine.result(id: id, initializeResult(agreed)) + newline)
    // The answer must not wait for processes to be launched.
    flush()
    let client = parameters?["clientInfo"]
    usage.setClient(
      name: client?["name"]?.string,
      version: client?["version"]?.string,
      proto: agreed.rawValue
    )
    await startEndpoints()
  }

  private func noteCapabilities(_ capabilities: JSONNode?) {
    canBeAsked = []
    if capabilities?["roots"]?.members != nil { canBeAsked.insert(.listRoots) }
    if capabilities?["sampling"]?.members != nil { canBeAsked.insert(.createMessage) }
    if capabilities?["elicitation"]?.members != nil { canBeAsked.insert(.elicit) }
  }

  private func initializeResult(_ version: ProtocolVersion) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("protocolVersion")
    writer.string(version.rawValue)
    writer.key("capabilities")
    writer.raw(Array(#"{"tools":{"listChanged":true},"logging":{}}"#.utf8)[...])
    writer.key("serverInfo")
    Handshake.writeImplementation(&writer)
    writer.endObject()
    return writer.bytes
  }

  /// Launches what will be needed for the list; the rest starts with its first call.
  func startEndpoints() async {
    guard !endpointsAreStarted else { return }
    endpointsAreStarted = true
    for endpoint in endpoints {
      await endpoint.setClientCapabilities(clientCapabilities)
      let configuration = endpoint.configuration
      // A hidden one stands in for others: it is only quick if it runs.
      let isKnown = configuration.hidden || catalog.tools(of: endpoint.index) != nil
      if configuration.lazy, isKnown { continue }
      await endpoint.demandStart()
    }
  }

  // MARK: Logging

  private func setLogLevel(
    _ line: [UInt8],
    _ envelope: Envelope,
    _ id: [UInt8],
    _ batch: Int?
  ) async {
    let name =
      envelope.level.isEmpty || line[envelope.level.lowerBound] != UInt8(ascii: "\"")
      ? "" : JSONDocument.decodeString(line, envelope.level)
    guard let level = LogSeverity(name) else {
      return respond(
        id,
        -32602,
        "Invalid params: level must be debug, info, notice, warning, error, critical, alert "
          + "or emergency",
        batch
      )
    }
    logLevel = level
    deliver(ResponseLine.result(id: id, Array("{}".utf8)) + newline, batch)
    for endpoint in endpoints { await endpoint.setLogLevel(level.name) }
  }

  package func logged(by endpoint: Int, _ line: [UInt8], _ envelope: Envelope) {
    guard isInitialized, !envelope.level.isEmpty,
      line[envelope.level.lowerBound] == UInt8(ascii: "\""),
      let level = LogSeverity(JSONDocument.decodeString(line, envelope.level)),
      level >= logLevel ?? .info
    else { return }
    // Which endpoint speaks shows in the logger's name.
    var writer = JSONWriter()
    var splice = Splice()
    let name = endpoints[endpoint].name
    if !envelope.logger.isEmpty {
      let isString = line[envelope.logger.lowerBound] == UInt8(ascii: "\"")
      let own = isString ? "/\(JSONDocument.decodeString(line, envelope.logger))" : ""
      writer.string(name + own)
      splice.replace(envelope.logger, with: .bytes(writer.bytes))
    } else {
      writer.string(name)
      let position = envelope.body.lowerBound + 1
      splice.replace(
        position..<position,
        with: .bytes(Array("\"logger\":".utf8) + writer.bytes + [UInt8(ascii: ",")])
      )
    }
    var frame: [UInt8] = []
    splice.append(line, 0..<line.count, to: &frame)
    sendCourtesy(frame)
  }

  package func notified(_ line: [UInt8], _ envelope: Envelope) {
    // The one that remains belongs to 2025-11-25 only.
    // A starting endpoint is read for a client that is behind, too: it must not add to that.
    guard isInitialized, version == .november2025, !isClogged else { return }
    send(line + newline)
  }
}
