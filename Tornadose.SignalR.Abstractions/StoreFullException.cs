namespace Tornadose.SignalR;

/// <summary>A keyed store has reached its limit of keys or of bytes. Nothing was stored.</summary>
/// <param name="message">Which limit was reached.</param>
public sealed class StoreFullException(string message) : StoreException(message);
