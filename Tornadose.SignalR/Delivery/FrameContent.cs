using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>What an encoder renders: a message or a reset, with what the wire says about it.</summary>
/// <param name="Store">The store.</param>
/// <param name="Id">The id to write, after which a client resumes this stream; null for a message without one.</param>
/// <param name="Message">The message, or reset.</param>
/// <param name="NamesStore">Whether the connection carries several stores, so that each message has to name its own.</param>
internal readonly record struct FrameContent(string Store, string? Id, StoreMessage Message, bool NamesStore = false);
