using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Specifications.Model;

internal enum EntryKind
{
    Message,
    Bare,
    Reset,
    End,
}

/// <summary>An appended entry. Entries of all kinds are numbered from 1; none is ever removed from the model's list.</summary>
internal sealed record ModelEntry(int Number, EntryKind Kind, MessagePosition Position, string Word, int Size, TimeSpan AppendedAt);
