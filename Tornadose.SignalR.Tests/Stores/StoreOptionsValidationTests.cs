using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.Stores;

public sealed class StoreOptionsValidationTests
{
    public static TheoryData<string, Action<StoreOptions>> Bad => new()
    {
        { "Capacity", options => options.Capacity = -1 },
        { "Capacity", options => options.Capacity = 16_777_217 },
        { "MaxBytes", options => options.MaxBytes = 0 },
        { "MaxBytes", options => options.MaxBytes = (1L << 40) + 1 },
        { "MaxBytes", options => options.MaxBytes = options.MaxMessageBytes - 1 },
        { "MaxMessageBytes", options => options.MaxMessageBytes = 0 },
        { "MaxMessageBytes", options => (options.MaxMessageBytes, options.MaxBytes) = ((1 << 27) + 1, 1L << 40) },
        { "MaxAge", options => options.MaxAge = TimeSpan.Zero },
        { "MaxAge", options => options.MaxAge = TimeSpan.FromSeconds(-1) },
        { "SlowConsumer", options => options.SlowConsumer = (SlowConsumerPolicy)7 },
        { "SendTimeout", options => options.SendTimeout = TimeSpan.FromMilliseconds(99) },
        { "SendTimeout", options => options.SendTimeout = TimeSpan.FromMinutes(61) },
        { "SendTimeout", options => options.SendTimeout = Timeout.InfiniteTimeSpan },
        { "IdleTimeout", options => options.IdleTimeout = TimeSpan.FromMilliseconds(999) },
    };

    public static TheoryData<Action<StoreOptions>> Good => new()
    {
        { _ => { } },
        { options => options.Capacity = 0 },
        { options => options.Capacity = 16_777_216 },
        { options => (options.MaxMessageBytes, options.MaxBytes) = (1, 1) },
        { options => (options.MaxMessageBytes, options.MaxBytes) = (1 << 27, 1L << 40) },
        { options => options.MaxAge = TimeSpan.FromMilliseconds(1) },
        { options => options.SlowConsumer = SlowConsumerPolicy.Disconnect },
        { options => options.SendTimeout = TimeSpan.FromMilliseconds(100) },
        { options => options.SendTimeout = TimeSpan.FromHours(1) },
    };

    [Theory, MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Validate_OutOfRange_NamesTheStoreAndTheOption(string option, Action<StoreOptions> change)
    {
        var options = new StoreOptions();
        change(options);

        var result = new StoreOptionsValidation().Validate("orders", options);

        Assert.True(result.Failed);
        Assert.StartsWith($"Store 'orders': {option} is ", Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Good), DisableDiscoveryEnumeration = true)]
    public void Validate_InRange_Succeeds(Action<StoreOptions> change)
    {
        var options = new StoreOptions();
        change(options);

        Assert.True(new StoreOptionsValidation().Validate("orders", options).Succeeded);
    }

    [Fact]
    public void Validate_SeveralFaults_NamesThemAll()
    {
        var result = new StoreOptionsValidation().Validate("orders", new StoreOptions { Capacity = -1, SendTimeout = TimeSpan.Zero });

        Assert.Equal(2, result.Failures!.Count());
    }
}
