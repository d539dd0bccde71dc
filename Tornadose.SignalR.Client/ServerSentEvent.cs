namespace Tornadose.SignalR.Client;

/// <summary>One server-sent event, with the fields that stores add to the format.</summary>
internal readonly struct ServerSentEvent
{
    /// <summary>The id in the event's own block; null where it had none.</summary>
    public string? Id { get; init; }

    /// <summary>The event type; null for a plain message.</summary>
    public string? EventType { get; init; }

    public string? Store { get; init; }

    public string? Format { get; init; }

    /// <summary>The data in UTF-8, with the line ends that it had when it was published.</summary>
    public byte[] Data { get; init; }
}
