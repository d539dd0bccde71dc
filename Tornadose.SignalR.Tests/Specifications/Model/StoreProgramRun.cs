using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Model;

/// <summary>Runs a program on a store and on the model, and compares their visible state after every step.</summary>
internal sealed class StoreProgramRun
{
    private readonly StoreProgram _program;
    private readonly FakeTimeProvider _time = new();
    private readonly List<(MessageCursor Cursor, ModelReader Model)> _readers = [];
    private readonly List<MessagePosition> _issued = [];
    private MessageLogLimits _limits;
    private MessageStore _store;
    private ModelLog _model;
    private int _published;

    private StoreProgramRun(StoreProgram program)
    {
        _program = program;
        _limits = new MessageLogLimits(program.Capacity, 1 << 20);
        (_store, _model) = Start();
    }

    private TimeSpan Now => new(_time.GetTimestamp());

    public static void Check(StoreProgram program)
    {
        var run = new StoreProgramRun(program);
        for (var i = 0; i < program.Steps.Length; i++)
            run.Check(i);
    }

    private void Check(int index)
    {
        var step = _program.Steps[index];
        try
        {
            Do(step);
            if (step.Kind != StepKind.Age)
                CompareStores();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Step {index}, {step}: {failure.Message}", failure);
        }
    }

    private void Do(Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Publish:
                Publish();
                break;
            case StepKind.Burst:
                for (var i = 0; i <= step.A % 12; i++)
                    Publish();
                break;
            case StepKind.Bare:
                Bare();
                break;
            case StepKind.Join:
                Join(StartOf(step));
                break;
            case StepKind.Rejoin when _readers.Count > 0:
                Join(StartAt.After(_readers[step.A % _readers.Count].Cursor.Position));
                break;
            case StepKind.Read when _readers.Count > 0:
                Read(_readers[step.A % _readers.Count], step.B % 6);
                break;
            case StepKind.ReadAll:
                foreach (var reader in _readers)
                    Read(reader, int.MaxValue);
                break;
            case StepKind.Leave when _readers.Count > 0:
                _readers.RemoveAt(step.A % _readers.Count);
                break;
            case StepKind.Limit:
                Limit(step);
                break;
            case StepKind.Age:
                _time.Advance(TimeSpan.FromSeconds(step.A));
                break;
            case StepKind.Reset:
                Reset(step);
                break;
            case StepKind.Complete:
                Complete();
                break;
            case StepKind.Restart:
                Restart();
                break;
        }
    }

    private void Publish()
    {
        var text = NextText();
        if (_model.HasEnd)
        {
            Assert.Throws<StoreCompletedException>(() => { _ = _store.PublishAsync(text).AsTask().GetAwaiter().GetResult(); });
            return;
        }

        var position = _store.PublishAsync(text).AsTask().GetAwaiter().GetResult();
        Same(_model.Position.Epoch, position.Epoch, "epoch");
        Same(_model.Position.Offset + 1, position.Offset, "offset");
        _model.Append(position, text, Now);
        _issued.Add(position);
    }

    private void Bare()
    {
        var text = NextText();
        _store.Log.AppendWithoutPosition(new MessageContent(System.Text.Encoding.UTF8.GetBytes(text), MessageFormat.Text, null));
        if (!_model.HasEnd)
            _model.AppendBare(text, Now);
    }

    private void Complete()
    {
        var had = _model.HasEnd;
        var position = _store.CompleteAsync().AsTask().GetAwaiter().GetResult();
        if (!had)
        {
            Same(_model.Position.Offset + 1, position.Offset, "offset of the end");
            _model.AppendEnd(position, Now);
            _issued.Add(position);
        }

        Same(_model.Position, position, "position of the end");
    }

    private string NextText() => new('x', 1 + (++_published % 5));

    private StartAt StartOf(Step step) => StoreProgramStarts.Of(step, _issued, _model.Position);

    private void Join(StartAt start)
    {
        var cursor = _store.OpenCursor(start);
        _model.Trim(Now);
        var model = new ModelReader(_model, _program.Policy, start, _program.Kind == StoreKind.Data);
        Same(model.Position, cursor.Position, "position before the first read");
        _readers.Add((cursor, model));
    }

    private void Read((MessageCursor Cursor, ModelReader Model) reader, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var expected = reader.Model.Read(Now);
            var actual = reader.Cursor.TryRead(out StoreMessage? message) ? ModelWords.Of(message) : null;
            Same(expected, actual, "what was read");
            Same(reader.Model.Position, reader.Cursor.Position, "position");
            Same(reader.Model.IsAtEnd, reader.Cursor.IsAtEnd, "at the end");
            Same(reader.Model.IsDisconnected, reader.Cursor.IsDisconnected, "disconnected");
            if (expected is null)
                return;
        }
    }

    private void Limit(Step step)
    {
        _limits = new MessageLogLimits(
            step.A % 10, step.B % 3 == 0 ? 1 + step.B : 1 << 20, step.B % 4 == 0 ? TimeSpan.FromSeconds(step.B) : null);
        _store.Log.Limits = _limits;
        _model.Limit(_limits, Now);
    }

    private void Reset(Step step)
    {
        var position = step.A % 2 == 0
            ? new MessagePosition((ulong)_published + 1, 0, 0)
            : _model.Position with { Offset = _model.Position.Offset + step.B, Tag = (uint)step.B + 1 };
        var reason = step.A % 2 == 0 ? StoreResetReason.Epoch : StoreResetReason.Expired;
        _store.Log.AppendReset(reason, position);
        _model.AppendReset(reason, position, Now);
    }

    /// <summary>Simulates a restart of the process: readers of the former one read what there was, and end.</summary>
    private void Restart()
    {
        _store.CloseAsync().AsTask().GetAwaiter().GetResult();
        foreach (var reader in _readers)
        {
            Read(reader, int.MaxValue);
            Same(true, reader.Cursor.IsEnded, "ended");
        }

        _readers.Clear();
        (_store, _model) = Start();
    }

    private (MessageStore Store, ModelLog Model) Start()
    {
        var store = TestStore.Make(_program.Kind, _limits, _program.Policy, _time);
        return (store, new ModelLog(_limits, store.Position));
    }

    private void CompareStores()
    {
        Same(_model.Position, _store.Position, "the store's position");
        _store.TryGetLatest(out var latest);
        _model.Trim(Now);
        Same(_model.Latest is { } expected ? ModelWords.Of(expected) : null, latest is null ? null : ModelWords.Of(latest), "latest");
        Same(_model.Count, _store.Log.Count, "count");
        Same(_model.Bytes, _store.Log.Bytes, "bytes");
        Same(_model.HasEnd, _store.GetSnapshot().IsCompleted, "completed");
        Same(Snapshot(), string.Join(' ', _store.GetSnapshot().Messages.Select(ModelWords.Of)), "snapshot");
    }

    private string Snapshot()
    {
        var kept = _model.Replayable.Where(entry => entry.Kind == EntryKind.Message).Select(ModelWords.Of).ToList();
        if (kept.Count == 0 && _model.Latest is { } latest)
            kept.Add(ModelWords.Of(latest));
        return string.Join(' ', kept);
    }

    private static void Same<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"{what}: the model says {expected}, the store {actual}");
    }
}
