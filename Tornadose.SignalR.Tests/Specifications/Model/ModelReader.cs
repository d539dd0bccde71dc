using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Specifications.Model;

/// <summary>What a reader of the list receives, one word a read.</summary>
internal sealed class ModelReader
{
    private readonly ModelLog _log;
    private readonly SlowConsumerPolicy _policy;
    private readonly int _liveFrom;
    private (string Word, MessagePosition Position, ModelEntry? Entry)? _opening;
    private int _next;
    private bool _wantsTheOldest;

    public ModelReader(ModelLog log, SlowConsumerPolicy policy, StartAt start, bool newestWins)
    {
        (_log, _policy) = (log, policy);
        _liveFrom = log.Head + 1;
        Begin(start, newestWins);
    }

    public MessagePosition Position { get; private set; }

    public bool IsDisconnected { get; private set; }

    public bool IsAtEnd => _log.HasEnd && _opening is null && _next > _log.Head;

    /// <summary>The first entry after now; every reader gets the end of a completed store.</summary>
    private int Now => _log.HasEnd ? _log.Head : _log.Head + 1;

    public string? Read(TimeSpan now)
    {
        if (_opening is { } opening)
        {
            (_opening, Position) = (null, opening.Position);
            if (opening.Entry is null || !_log.IsTooOld(opening.Entry, now))
                return opening.Word;
        }

        while (!IsDisconnected && _next <= _log.Head)
        {
            if (_log.Kept(_next) is not { } entry || (entry.Number < _liveFrom && _log.IsTooOld(entry, now)))
            {
                if (CatchUp(now) is { } word)
                    return word;
                continue;
            }

            _next++;
            if (entry.Kind is EntryKind.Bare or EntryKind.Reset && entry.Number < _liveFrom)
                continue;
            (Position, _wantsTheOldest) = (entry.Position, false);
            if (entry.Kind == EntryKind.End)
                continue;
            return ModelWords.Of(entry);
        }

        return null;
    }

    private void Begin(StartAt start, bool newestWins)
    {
        switch (start.Where)
        {
            case StartAt.Kind.Latest:
                BeginLatest();
                break;
            case StartAt.Kind.Earliest:
                BeginOldest(_log.FirstReplayable);
                break;
            case StartAt.Kind.Last:
                BeginOldest(_log.Replayable.FirstOrDefault(
                    entry => entry.Position.Offset > _log.Position.Offset - (_log.HasEnd ? 1 : 0) - start.Count)?.Number ?? _liveFrom);
                break;
            case StartAt.Kind.After when newestWins && start.Position == _log.Position:
                BeginAt(_liveFrom);
                break;
            case StartAt.Kind.After when newestWins && _log.HasEnd && start.Position is { } at && at == _log.Latest?.Position:
                BeginAt(Now);
                Position = at;
                break;
            case StartAt.Kind.After when newestWins && _log.Latest is not null:
                BeginLatest();
                break;
            case StartAt.Kind.After:
                Resume(start);
                break;
            default:
                BeginAt(Now);
                break;
        }
    }

    private void BeginAt(int next)
    {
        _next = next;
        Position = _log.Kept(next) is { } entry ? _log.PositionBefore(entry) : _log.Position;
    }

    private void BeginOldest(int next)
    {
        BeginAt(next);
        _wantsTheOldest = true;
    }

    private void BeginLatest()
    {
        BeginAt(Now);
        if (_log.Latest is not { } latest)
            return;
        _opening = (ModelWords.Of(latest), latest.Position, latest);
        Position = _log.PositionBefore(latest);
    }

    private void Resume(StartAt start)
    {
        if (ModelResume.Find(_log, start.Position, out var next) is not { } reason)
        {
            (_next, Position) = (next, start.Position!.Value);
            return;
        }

        if (start.EarliestOnReset)
            BeginOldest(_log.FirstReplayable);
        else
            BeginAt(Now);
        _opening = (ModelWords.Reset(reason, Position), Position, null);
    }

    /// <summary>Handles a next entry that is no longer kept.</summary>
    /// <returns>What the reader gets for it; null if it has to read again.</returns>
    private string? CatchUp(TimeSpan now)
    {
        if (!_wantsTheOldest && _policy == SlowConsumerPolicy.Reset)
        {
            BeginAt(Now);
            return ModelWords.Reset(StoreResetReason.Slow, Position);
        }

        if (!_wantsTheOldest && _policy == SlowConsumerPolicy.SkipToLatest && _log.Latest is { } latest && latest.Number >= _next
            && !_log.IsTooOld(latest, now))
        {
            (_next, Position) = (latest.Number + 1, latest.Position);
            return ModelWords.Of(latest);
        }

        IsDisconnected = !_wantsTheOldest && _policy == SlowConsumerPolicy.Disconnect;
        _next = Math.Max(_next + 1, _log.FirstReplayable);
        return null;
    }
}
