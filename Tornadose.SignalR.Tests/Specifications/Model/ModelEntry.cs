using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Specifications.Model;

internal enum EntryKind
{
    Message,
    Bare,
    Reset,
    End,
}

/// <summary>What was once appended. Entries are numbered from 1, whatever they are; none is ever taken from the model's list.</summary>
internal sealed record ModelEntry(int Number, EntryKind Kind, MessagePosition Position, string Word, int Size, TimeSpan AppendedAt);
