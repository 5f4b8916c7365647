/** What can be wrong with what a source told. */

/** It contradicts itself or a hash: never used, and the audit says so. */
export class Untrustworthy extends Error {
  override name = "Untrustworthy";
}

/** The wire or the node failed; asking again may help. */
export class SourceFailed extends Error {
  override name = "SourceFailed";
  /** The same in Korean; answers out of shape are told in English alone. */
  readonly korean: string;
  /** The pause that the node asked for, in milliseconds. */
  readonly pause: number | undefined;

  constructor(
    message: string,
    korean = `노드의 답이 올바르지 않습니다 (${message})`,
    pause?: number,
  ) {
    super(message);
    this.korean = korean;
    this.pause = pause;
  }
}
