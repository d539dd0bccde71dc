using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

public sealed class StoreNamesTests
{
    public static TheoryData<string> Good =>
        ["a", "0", "orders", "Orders", "devices/42/temperature", "a.b_c:d/e-f", "a..b", "a/b.", new string('x', 128)];

    public static TheoryData<string> Bad =>
    [
        "", " ", "_ticket", ".", "..", "-a", "/a", ":a", "a b", "a*", "*", "a?", "[a]", "{a}", "a/../b", "a/..", "a/./b", "a/.", "a\n",
        "a\r", "a\0", "a\u200b", "a\u202e",
        "ä", "e\u0301", "\u0430", "\uff41", "a\\b", "a%2f", "a,b", "a#b", "a+b", new string('x', 129),
    ];

    [Theory, Case("SEC-07"), MemberData(nameof(Good))]
    public void IsValid_Name_IsTrue(string name)
    {
        Assert.True(StoreNames.IsValid(name));
        Assert.Equal(name, StoreNames.Validate(name));
    }

    [Theory, Case("SEC-07"), MemberData(nameof(Bad))]
    public void IsValid_AnythingElse_IsFalse(string name)
    {
        Assert.False(StoreNames.IsValid(name));
        Assert.Throws<ArgumentException>(() => StoreNames.Validate(name));
    }

    [Fact, Case("SEC-07")]
    public void IsValid_Null_IsFalse() => Assert.False(StoreNames.IsValid(null));
}
