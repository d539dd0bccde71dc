using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Specifications.Model;

/// <summary>
/// Where readers join: every kind of start, with ids that are valid, old, of another epoch, altered or of the future, and with strings
/// that are not ids.
/// </summary>
internal static class StoreProgramStarts
{
    private static readonly string[] Garbage = ["", "garbage", "0", "-1", "9f2c4e6a81b3d5f7-042-1a2b3c4d", new('a', 4096)];

    /// <param name="step">Its first number selects the kind of start, its second the id, count or offset.</param>
    /// <param name="issued">Every id that was issued, in this life or before.</param>
    /// <param name="top">The store's position.</param>
    public static StartAt Of(Step step, List<MessagePosition> issued, MessagePosition top)
    {
        var one = issued.Count == 0 ? top : issued[^(1 + (step.B % issued.Count))];
        return (step.A % 16) switch
        {
            0 => StartAt.Now,
            1 => StartAt.Latest,
            2 => StartAt.Earliest,
            3 => StartAt.Last(step.B % 12),
            4 => StartAt.After(top),
            5 => StartAt.AfterId(Garbage[step.B % Garbage.Length]),
            6 => StartAt.After(top with { Offset = top.Offset + 1 + step.B }),
            7 => StartAt.After(one with { Tag = one.Tag ^ 1 }),
            8 => StartAt.After(one with { Epoch = one.Epoch ^ 1 }),
            9 => StartAt.After(top with { Offset = 0, Tag = (uint)(step.B % 2) }),
            10 => StartAt.After(one).OrEarliest(),
            11 => StartAt.AfterId("garbage").OrEarliest(),
            12 => StartAt.Last(int.MaxValue),
            _ => StartAt.After(one),
        };
    }
}
