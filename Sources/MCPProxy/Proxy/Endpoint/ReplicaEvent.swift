import MCPProtocol

/// What one of its servers has for an endpoint to do.
enum ReplicaEvent {
  /// A request has come to its end.
  case ended(Traffic.Ending)
  case life([Life.Action])
  /// Handshake and first lists are done.
  case serve
  indirect case link(LinkEvent)
  indirect case listed(ToolListing)
  indirect case listingFailed(ToolListing)
  /// A call has made progress.
  indirect case progressed(Attempt, line: [UInt8], Envelope)
  /// A notification for the client.
  indirect case said(line: [UInt8], Envelope)
  indirect case asked(line: [UInt8], Envelope)
  /// The server no longer wants an answer.
  indirect case takenBack(RequestID)
  /// A question has had its time: nobody has answered.
  case unanswered(UInt64)
  /// A question died with the server that had asked it.
  case forgotten(UInt64)
  /// An array of messages, to be taken one by one.
  indirect case batch([UInt8], [Range<Int>])
}
