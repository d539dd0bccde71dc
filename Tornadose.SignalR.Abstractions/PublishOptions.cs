namespace Tornadose.SignalR;

/// <summary>What can be said of a message besides its data.</summary>
public sealed record PublishOptions
{
    /// <summary>How many messages a batch has at most.</summary>
    public const int MaxBatchMessages = 1000;

    /// <summary>How many bytes the messages of a batch have at most, payloads and event types together: 1 MiB.</summary>
    public const int MaxBatchBytes = 1024 * 1024;

    /// <summary>
    /// The event type, which a browser's <c>EventSource</c> listens for by name. Default null: a plain message. Empty and <c>message</c>
    /// mean the same as null. At most 256 characters; control and format characters are refused, and so is <c>tornadose.</c> at the
    /// beginning. Refused are <c>error</c> and <c>open</c>, too: an <c>EventSource</c> has events of its own by these names, and pages
    /// cannot tell them apart.
    /// </summary>
    public string? EventType { get; init; }

    /// <summary>
    /// A key of the caller's choice, 1 to 256 characters, unique to the message. Publishing again with the same key within five minutes
    /// stores nothing and returns the same position: set it where a publish may be retried. Default null: every call stores a message.
    /// Keys of the application, of each user who publishes over HTTP or a hub, and of those who have not signed in are apart: none of them
    /// makes a message of another vanish.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The scope of keys that the application itself publishes with.</summary>
    internal const string ApplicationScope = "app";

    /// <summary>Whose the key is.</summary>
    internal string Scope { get; init; } = ApplicationScope;
}
