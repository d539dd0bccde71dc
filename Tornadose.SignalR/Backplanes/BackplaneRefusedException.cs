namespace Tornadose.SignalR.Backplanes;

/// <summary>A message was refused by what the processes share: out of memory, a key of a wrong type, no permission. No position was used up.</summary>
/// <param name="message">What it answered.</param>
/// <param name="innerException">The cause.</param>
public sealed class BackplaneRefusedException(string message, Exception? innerException = null) : IOException(message, innerException);
