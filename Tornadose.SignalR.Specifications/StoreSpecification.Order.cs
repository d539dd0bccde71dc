using System.Buffers.Text;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

// Many publishers, many readers, one order.
public abstract partial class StoreSpecification<TFixture>
{
    private const int Publishers = 8;
    private const int Readers = 64;

    [Fact, Case("ST-01", "ST-12")]
    public async Task PublishAsync_EightPublishersAndSixtyFourReaders_AllReadTheSameOrderWithoutGap()
    {
        var each = _fixture.HeavyLoad / Publishers;
        var store = await QueueAsync(capacity: Publishers * each, configure: options => options.MaxBytes = 1L << 30);
        var readers = Enumerable.Range(0, Readers).Select(_ => Task.Run(() => ReadOrderAsync(store, Publishers * each))).ToArray();
        var publishers = Enumerable.Range(0, Publishers)
            .Select(publisher => Task.Run(() => PublishInOrderAsync(store, publisher, each))).ToArray();

        await Task.WhenAll(publishers).WithTimeout(HeavyTimeout);

        var orders = await Task.WhenAll(readers).WithTimeout(HeavyTimeout);
        Assert.Single(orders.Distinct());
        Assert.Equal(Publishers * each, store.Position.Offset);
    }

    private static async Task PublishInOrderAsync(IStore store, int publisher, int count)
    {
        var last = 0L;
        for (var i = 1; i <= count; i++)
        {
            var position = await store.PublishAsync($"{publisher}:{i}");
            Assert.True(position.Offset > last);
            last = position.Offset;
        }
    }

    /// <summary>Checks that offsets are contiguous and each publisher's messages in their order.</summary>
    /// <returns>A hash of what was read, in the order in which it was.</returns>
    private static async Task<int> ReadOrderAsync(IStore store, int count)
    {
        var order = default(HashCode);
        var seen = new int[Publishers];
        var offset = 0L;
        await foreach (var message in store.ReadAllAsync(StartAt.Earliest))
        {
            Assert.Equal(++offset, message.Position!.Value.Offset);
            var (publisher, number) = Parse(message.Data.Span);
            Assert.Equal(++seen[publisher], number);
            order.Add(publisher);
            if (offset == count)
                break;
        }

        return order.ToHashCode();
    }

    private static (int Publisher, int Number) Parse(ReadOnlySpan<byte> text)
    {
        Assert.True(Utf8Parser.TryParse(text, out int publisher, out var length));
        Assert.True(Utf8Parser.TryParse(text[(length + 1)..], out int number, out _));
        return (publisher, number);
    }
}
