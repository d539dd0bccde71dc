namespace Tornadose.SignalR;

/// <summary>The properties of a message besides its data.</summary>
public sealed record PublishOptions
{
    /// <summary>The largest number of messages in a batch.</summary>
    public const int MaxBatchMessages = 1000;

    /// <summary>The largest size of a batch in bytes, payloads and event types together: 1 MiB.</summary>
    public const int MaxBatchBytes = 1024 * 1024;

    /// <summary>
    /// The event type, which a browser's <c>EventSource</c> listens for by name. Default null: a plain message. Empty and <c>message</c>
    /// mean the same as null. At most 256 characters. Refused are control and format characters, <c>tornadose.</c> at the beginning, and
    /// the names <c>error</c> and <c>open</c>: an <c>EventSource</c> has its own events of these names, and pages cannot tell them apart.
    /// </summary>
    public string? EventType { get; init; }

    /// <summary>
    /// A key of the caller's choice, 1 to 256 characters, unique to the message. Publishing again with the same key within five minutes
    /// stores nothing and returns the same position: set it where a publish may be retried. Default null: every call stores a message.
    /// Keys are separate for the application, for each user who publishes over HTTP or a hub, and for all anonymous publishers together:
    /// a key of one of them never suppresses a message of another.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The scope of keys that the application itself publishes with.</summary>
    internal const string ApplicationScope = "app";

    /// <summary>The scope of the key.</summary>
    internal string Scope { get; init; } = ApplicationScope;
}
