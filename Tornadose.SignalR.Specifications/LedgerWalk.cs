namespace Tornadose.SignalR.Specifications;

/// <summary>Follows one subscriber's records and reports where L1, L2 or L3 does not hold.</summary>
internal sealed class LedgerWalk(LedgerSubscriber subscriber, LedgerRule rule)
{
    private readonly HashSet<string> _seen = [];
    private readonly List<string> _violations = [];
    private LedgerId? _last;
    private bool _isFirst;
    private int _resets;
    private int _index;

    public IReadOnlyList<string> Violations()
    {
        foreach (var record in subscriber.Records)
        {
            Visit(record);
            _index++;
        }

        return _violations;
    }

    private void Visit(LedgerRecord record)
    {
        switch (record)
        {
            case ConnectRecord connect:
                (_last, _isFirst, _resets) = (TryParse(connect.After), true, 0);
                break;
            case ResetRecord reset:
                _last = LedgerId.Parse(reset.Id);
                if (_isFirst && ++_resets > 1)
                    Violated("L2", "a second reset before the first message");
                break;
            case MessageRecord { Id: { } id }:
                VisitMessage(id);
                break;
        }
    }

    private void VisitMessage(string id)
    {
        if (!_seen.Add(id))
            Violated("L3", $"{id} twice");
        var position = LedgerId.Parse(id);
        if (_last is { } last && !Follows(last, position))
            Violated(_isFirst ? "L2" : "L1", $"{id} after {last.Epoch}-{last.Offset}-{last.Tag}");
        (_last, _isFirst) = (position, false);
    }

    private bool Follows(LedgerId last, LedgerId next) => rule == LedgerRule.Every
        ? next.Epoch == last.Epoch && next.Offset == last.Offset + 1
        : next.Epoch != last.Epoch || next.Offset > last.Offset;

    // A client may present garbage. Then only a reset may come first, so this is an id that no message follows.
    private static LedgerId? TryParse(string? after)
    {
        if (after is null)
            return null;
        try
        {
            return LedgerId.Parse(after);
        }
        catch (LedgerException)
        {
            return new LedgerId("(garbage)", 0, after);
        }
    }

    private void Violated(string law, string what) =>
        _violations.Add(
            $"{law} {subscriber.Name}: {what}; records: {string.Join(" | ", subscriber.Records.Take(_index + 1).TakeLast(6))}");
}
