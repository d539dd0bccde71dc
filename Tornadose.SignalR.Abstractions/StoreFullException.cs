namespace Tornadose.SignalR;

/// <summary>A keyed store has as many keys, or as many bytes, as it may have. Nothing was stored.</summary>
/// <param name="message">What it has too much of.</param>
public sealed class StoreFullException(string message) : StoreException(message);
