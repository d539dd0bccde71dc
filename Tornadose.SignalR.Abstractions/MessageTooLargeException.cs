namespace Tornadose.SignalR;

/// <summary>A message was refused because its payload is larger than <c>StoreOptions.MaxMessageBytes</c>. Nothing was published.</summary>
public sealed class MessageTooLargeException : StoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="store">The store.</param>
    /// <param name="size">The payload's size in bytes.</param>
    /// <param name="limit">The limit in bytes.</param>
    public MessageTooLargeException(string store, long size, int limit)
        : base($"The message has {size} bytes; store '{store}' takes at most {limit} (StoreOptions.MaxMessageBytes).") => Limit = limit;

    /// <summary>Creates the exception in a client, from a server's answer.</summary>
    internal MessageTooLargeException(string message)
        : base(message)
    {
    }

    /// <summary>The limit in bytes; null in a client, if the server did not tell it.</summary>
    public int? Limit { get; }
}
