namespace Tornadose.SignalR.Stores;

/// <summary>What can be said of a message besides its data.</summary>
public sealed record PublishOptions
{
    /// <summary>
    /// The event type, which a browser's <c>EventSource</c> listens for by name. Default null: a plain message. Empty and <c>message</c> mean
    /// the same as null. At most 256 characters; control and format characters are refused, and so is <c>tornadose.</c> at the beginning.
    /// Refused are <c>error</c> and <c>open</c>, too: an <c>EventSource</c> has events of its own by these names, and pages cannot tell them apart.
    /// </summary>
    public string? EventType { get; init; }

    /// <summary>
    /// A key of the caller's choice, 1 to 256 characters, unique to the message. Publishing again with the same key within five minutes stores nothing
    /// and returns the same position: set it where a publish may be retried. Default null: every call stores a message.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}
