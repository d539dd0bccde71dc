using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Specifications.Model;

/// <summary>
/// What a reader got, as a word: the text of a message with its id, or a reset with its reason and the position after which it continues.
/// </summary>
internal static class ModelWords
{
    public static string Reset(StoreResetReason reason, MessagePosition position) => $"reset:{reason}@{position}";

    public static string Message(string text, MessagePosition? position) => $"{text}@{position}";

    public static string Of(StoreMessage message) =>
        message.Reset is { } reset ? Reset(reset.Reason, reset.Position) : Message(message.GetText(), message.Position);

    public static string Of(ModelEntry entry) => entry.Kind switch
    {
        EntryKind.Reset => entry.Word,
        EntryKind.Bare => Message(entry.Word, null),
        _ => Message(entry.Word, entry.Position),
    };
}
