
namespace Tornadose.SignalR.Specifications;

// Readers that join anywhere while messages are published.
public abstract partial class StoreSpecification<TFixture>
{
    [Theory, Case("ST-02", "HTTP-20"), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public async Task OpenCursor_WhileMessagesCome_ReplaysAndGoesLiveWithoutGapOrDuplicate(int seed) =>
        await new JoinsUnderFire(await QueueAsync(JoinsUnderFire.Capacity), Math.Min(4_000, _fixture.HeavyLoad / 5)).RunAsync(seed);
}
