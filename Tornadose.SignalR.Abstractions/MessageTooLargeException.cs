namespace Tornadose.SignalR;

/// <summary>A message was refused because its payload is larger than <c>StoreOptions.MaxMessageBytes</c>. Nothing was published.</summary>
/// <param name="store">The store.</param>
/// <param name="size">The payload's size in bytes.</param>
/// <param name="limit">The limit in bytes.</param>
public sealed class MessageTooLargeException(string store, long size, int limit)
    : StoreException($"The message has {size} bytes; store '{store}' takes at most {limit} (StoreOptions.MaxMessageBytes).")
{
    /// <summary>The limit in bytes.</summary>
    public int Limit { get; } = limit;
}
