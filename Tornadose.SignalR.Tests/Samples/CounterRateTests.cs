using BlazorDashboard.Metrics;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class CounterRateTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Next_FirstReading_HasNoRate() => Assert.Null(new CounterRate(_clock).Next(1000));

    [Fact]
    public void Next_SecondReading_IsGrowthASecond()
    {
        var rate = new CounterRate(_clock);
        rate.Next(1000);
        Assert.Equal(500, After(0.5, rate, 1250));
        Assert.Equal(0, After(1, rate, 1250));
    }

    [Fact]
    public void Next_CounterSteppedBack_HasNoRateAndBeginsAnew()
    {
        var rate = new CounterRate(_clock);
        rate.Next(1000);
        Assert.Null(After(1, rate, 10));
        Assert.Equal(5, After(1, rate, 15));
    }

    [Fact]
    public void Next_NoTimePassed_HasNoRate()
    {
        var rate = new CounterRate(_clock);
        rate.Next(1);
        Assert.Null(rate.Next(2));
    }

    [Fact]
    public void Next_OverSeveralReadings_IsTheirMean()
    {
        var rate = new CounterRate(_clock, readings: 2);
        rate.Next(0);
        Assert.Equal(80, After(0.1, rate, 8));
        Assert.Equal(40, After(0.1, rate, 8));
        Assert.Equal(0, After(0.1, rate, 8));
    }

    [Fact]
    public void Next_SeveralNames_AreCountedApart()
    {
        var rates = new CounterRates(_clock);
        rates.Next("a", 0);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(rates.Next("b", 7));
        Assert.Equal(3, rates.Next("a", 3));
    }

    private double? After(double seconds, CounterRate rate, long value)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        return rate.Next(value);
    }
}
